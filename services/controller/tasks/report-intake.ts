import type { Database } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import type { AttemptRules } from "./end-attempt.ts";
import type { ReportVerdict } from "./judge-report.ts";
import { reportTasks, type TaskReport } from "./report-task.ts";

/** Takes the reports of many agents and stores them together. */
export type ReportIntake = {
  /** Resolves once the report is stored. @throws what storing it threw; the report may then be said again. */
  report(from: TaskReport["from"], update: TaskReport["update"]): Promise<ReportVerdict>;
};

type Waiting = TaskReport & { resolve(verdict: ReportVerdict): void; reject(error: unknown): void };

/**
 * Creates the intake. One transaction is under way at a time and stores what
 * came in meanwhile, so a lone report waits for nothing and a flood costs a
 * commit for hundreds. Reports of one task stay in their order.
 */
export function createReportIntake(options: {
  db: Database;
  rules: AttemptRules & { leaseMs: number };
  /** Most reports of one transaction. */
  maxBatch: number;
}): ReportIntake {
  const { db, rules, maxBatch } = options;
  let waiting: Waiting[] = [];
  let busy = false;

  const store = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const verdicts = await reportTasks(db, batch, rules);
      for (const [index, one] of batch.entries()) one.resolve(verdicts[index] ?? "unknown");
    } catch (error) {
      // One report that cannot be stored must not keep the others' from being stored.
      if (batch.length > 1 && !isPhoenixError(error, ErrorReason.DATABASE_UNAVAILABLE)) {
        for (const one of batch) await store([one]);
        return;
      }
      for (const one of batch) one.reject(error);
    }
  };

  const drain = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      const { taken, left } = takeBatch(waiting, maxBatch);
      waiting = left;
      await store(taken);
    }
    busy = false;
  };

  return {
    report: (from, update) =>
      new Promise((resolve, reject) => {
        waiting.push({ from, update, resolve, reject });
        if (!busy) void drain();
      }),
  };
}

/** The first reports, at most one of a task; what a task says next waits for the next transaction. */
function takeBatch(waiting: readonly Waiting[], maxBatch: number): { taken: Waiting[]; left: Waiting[] } {
  const taken: Waiting[] = [];
  const left: Waiting[] = [];
  const tasks = new Set<string>();
  for (const one of waiting) {
    const { taskId } = one.update;
    if (taken.length < maxBatch && !tasks.has(taskId)) taken.push(one);
    else left.push(one);
    tasks.add(taskId);
  }
  return { taken, left };
}
