import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { useSyncExternalStore } from "react";
import { type LiveState, live } from "./live.ts";
import { recentEvents } from "./recent-events.ts";

/** How the live stream stands. */
export function useLive(): LiveState {
  return useSyncExternalStore(live.subscribe, live.get);
}

/** The latest events, newest first. */
export function useRecentEvents(): readonly Change[] {
  return useSyncExternalStore(recentEvents.subscribe, recentEvents.get);
}
