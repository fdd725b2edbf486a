import type { Change } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { useSyncExternalStore } from "react";
import { recentEvents } from "./recent-events.ts";

/** The latest events, newest first. */
export function useRecentEvents(): readonly Change[] {
  return useSyncExternalStore(recentEvents.subscribe, recentEvents.get);
}
