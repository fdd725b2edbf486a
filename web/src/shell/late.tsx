/** What the frame has that nobody waits for: the live stream, and what is said in passing. Loaded by itself. */
import { Notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { keepFresh } from "../data/apply-change.ts";
import { startLive } from "../data/live-stream.ts";
import { queryClient } from "../data/query-client.ts";
import { keepRecentEvents } from "../data/recent-events.ts";

/** Keeps the one live stream while it is there, and shows toasts. */
export default function Late() {
  useEffect(() => {
    const stops = [keepFresh(queryClient), keepRecentEvents(), startLive()];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return <Notifications position="bottom-right" limit={4} />;
}
