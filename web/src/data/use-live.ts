import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { useEffect, useState, useSyncExternalStore } from "react";
import { type LiveState, listenLive, live } from "./live.ts";

/** How the live stream stands. */
export function useLive(): LiveState {
  return useSyncExternalStore(live.subscribe, live.get);
}

/** The changes that came in while the caller was shown, newest first, at most `limit`. */
export function useRecentChanges(limit: number): readonly Change[] {
  const [recent, setRecent] = useState<readonly Change[]>([]);
  useEffect(
    () =>
      listenLive({
        changed: (changes) => setRecent((before) => [...changes.toReversed(), ...before].slice(0, limit)),
        opened: () => undefined,
      }),
    [limit],
  );
  return recent;
}
