import { Tooltip } from "@mantine/core";
import { useLiveState } from "../data/use-live.ts";
import classes from "./live.module.css";

const says = {
  connecting: { word: "Connecting", why: "The live stream is being opened." },
  live: { word: "Live", why: "What changes is shown as it changes." },
  offline: { word: "Offline", why: "The server does not answer; what is shown is from before." },
  absent: {
    word: "Not live",
    why: "This server tells nothing live; what is shown is asked for every few seconds.",
  },
} as const;

/** How the live stream stands, in a word. */
export function LiveBadge() {
  const state = useLiveState();
  const { word, why } = says[state];
  return (
    <Tooltip label={why} w={240}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its explanation must be reachable by keyboard */}
      <span className={classes.badge} data-state={state} role="status" tabIndex={0} data-testid="live-state">
        <span className={classes.dot} aria-hidden />
        <span className={classes.word}>{word}</span>
      </span>
    </Tooltip>
  );
}
