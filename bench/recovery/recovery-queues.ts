import { graphileQueue } from "../queue/graphile-queue.ts";
import { pgBossQueue, watchfulPgBossQueue } from "../queue/pg-boss-queue.ts";
import { phoenixQueue } from "../queue/phoenix-queue.ts";
import type { Queue } from "../queue/queue-driver.ts";

/** The queues whose recovery is measured, by the name of the set-up. */
export const recoveryQueues: Record<string, Queue> = {
  phoenix: phoenixQueue,
  "graphile-worker": graphileQueue,
  "pg-boss": pgBossQueue,
  "pg-boss-watchful": watchfulPgBossQueue,
};

/** What each is set to do about a worker that is gone, in the words of its own configuration. */
export const configuredRecovery: Record<string, string> = {
  phoenix: "lease of 10 s, renewed by heartbeats",
  "graphile-worker": "a lock is free after 4 hours (written into its SQL), looked for every 8 to 10 minutes",
  "pg-boss": "expireInSeconds 900, looked for every 60 s",
  "pg-boss-watchful": "heartbeatSeconds 10 (its least; off by default), looked for every second, polling every 0.5 s",
};
