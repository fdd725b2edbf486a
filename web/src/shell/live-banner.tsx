import { IconPlugConnectedX } from "@tabler/icons-react";
import { Age } from "../components/age.tsx";
import { useHeardMs, useLiveState } from "../data/use-live.ts";
import classes from "./live.module.css";

/** Says that the server is away and how old what is shown is. */
export function LiveBanner() {
  return useLiveState() === "offline" ? <Banner /> : null;
}

function Banner() {
  const heardMs = useHeardMs();
  return (
    <div className={classes.banner} role="alert" data-testid="offline-banner">
      <IconPlugConnectedX size={20} aria-hidden />
      <span>
        The server does not answer. What is shown is from before
        {heardMs === undefined ? (
          ""
        ) : (
          <>
            {" "}
            (last heard <Age ms={heardMs} />)
          </>
        )}
        ; the console connects again by itself.
      </span>
    </div>
  );
}
