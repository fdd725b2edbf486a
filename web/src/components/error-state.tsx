import { Button } from "@mantine/core";
import { sayError } from "../data/errors.ts";
import classes from "./components.module.css";

/** Says what went wrong in the server's words, and lets one try again. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className={classes.error} role="alert">
      <span>{sayError(error)}</span>
      {retry !== undefined && (
        <Button size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
