import type { Queryable } from "@phoenix/platform/database";
import { countLivingHosts } from "../fleet/index.ts";

/** How often agents are to be heard. */
export type HeartbeatPace = {
  /** Time between the heartbeats of an agent that begins a session now and has nothing to do, in milliseconds. */
  intervalMs(): number;
  /** Counts the fleet anew. */
  refresh(q: Queryable): Promise<void>;
};

/** Heartbeats a second of a whole fleet that has nothing to do: each is a message and a row changed. */
const mostPerSecond = 1_000;

/** The time between heartbeats, in milliseconds: the shortest there is, or as long as the fleet takes at the most heartbeats a second. */
export function heartbeatIntervalFor(hosts: number, shortestMs: number): number {
  return Math.max(shortestMs, Math.ceil((hosts / mostPerSecond) * 1000));
}

/** Makes the pace of a fleet; the shortest until the fleet was counted. */
export function createHeartbeatPace(shortestMs: number): HeartbeatPace {
  let intervalMs = shortestMs;
  return {
    intervalMs: () => intervalMs,
    async refresh(q) {
      intervalMs = heartbeatIntervalFor(await countLivingHosts(q), shortestMs);
    },
  };
}
