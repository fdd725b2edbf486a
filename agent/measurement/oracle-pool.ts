import type { CompiledExpression } from "@phoenix/platform/expression";
import type { Logger } from "@phoenix/platform/logging";
import { createOracle, createOracleWatch, type OracleWindow } from "../oracle/index.ts";

/** An arm's share in a schedule of scans. */
export type OracleShare = {
  /** What the window that starts at `startMs` had to report. */
  read(startMs: number): OracleWindow;
  /** Gives the share back; the scans end with the last one. */
  release(): Promise<void>;
};

/** Schedules of scans, one for all arms that ask the same: both arms must be judged by the same scans. */
export type OraclePool = {
  /** Joins the schedule for these expressions and windows. */
  join(experimentId: string, mustKeep: readonly CompiledExpression[], windowMs: number): Promise<OracleShare>;
};

/** Creates a pool without any schedule. */
export function createOraclePool(logger: Logger): OraclePool {
  type Watched = { read(startMs: number): OracleWindow; stop(): Promise<void>; shares: number };
  const watched = new Map<string, Watched>();

  return {
    async join(experimentId, mustKeep, windowMs) {
      const key = JSON.stringify([experimentId, windowMs, mustKeep.map(({ text }) => text)]);
      let entry = watched.get(key);
      if (entry === undefined) {
        const oracle = createOracle({ mustKeep, windowMs });
        const watch = createOracleWatch({ oracle, windowMs, logger });
        entry = { read: (startMs) => oracle.read(startMs), stop: () => watch.stop(), shares: 0 };
        watched.set(key, entry);
        await watch.start();
      }
      const joined = entry;
      joined.shares += 1;
      let released = false;
      return {
        read: joined.read,
        async release() {
          if (released) return;
          released = true;
          joined.shares -= 1;
          if (joined.shares > 0) return;
          watched.delete(key);
          await joined.stop();
        },
      };
    },
  };
}
