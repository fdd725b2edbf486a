import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { daysAhead, dropPartitionsBefore, ensurePartitions, firstDayKept } from "./partitions.ts";

/** What the retention duty is made of. */
export interface RetentionOptions {
  readonly db: Database;
  readonly logger: Logger;
  /** Whole days that observations are kept. */
  readonly retentionDays: number;
  readonly clock: () => number;
}

/** Time between two runs, in milliseconds. */
const intervalMs = 60 * 60 * 1000;

/** Makes the duty that makes the next days' partitions and drops those past retention, every hour. */
export function createRetention({ db, logger, retentionDays, clock }: RetentionOptions): Service {
  return createPeriodic({
    name: "observation-retention",
    intervalMs,
    logger,
    async run() {
      await ensurePartitions(db, daysAhead(clock()));
      const dropped = await dropPartitionsBefore(db, firstDayKept(clock(), retentionDays));
      if (dropped.length > 0) logger.info({ days: dropped }, "observations past their retention were dropped");
    },
  });
}
