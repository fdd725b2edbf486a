import { AttemptState } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createGathering } from "@phoenix/platform/lifecycle";
import type { AttemptRules } from "./end-attempt.ts";
import type { ReportVerdict } from "./judge-report.ts";
import { reportTasks, type TaskReport } from "./report-task.ts";

/** Takes the reports of many agents and stores them together. */
export type ReportIntake = {
  /** Resolves once the report is stored. @throws what storing it threw; the report may then be said again. */
  report(from: TaskReport["from"], update: TaskReport["update"]): Promise<ReportVerdict>;
};

/** Nobody waits for a report to be stored; a batch of ten milliseconds costs a tenth of one of each. */
const spacingMs = 10;
/** Transactions under way at a time, each on a core of PostgreSQL's; one more than claims have, or what was given piles up here. */
const hands = 3;

/**
 * Creates the intake. A transaction stores what came in while others were under
 * way, so a lone report waits for nothing and a flood costs a
 * commit for hundreds. Reports of one task stay in their order.
 */
export function createReportIntake(options: {
  db: Database;
  rules: AttemptRules & { leaseMs: number };
  /** Most reports of one transaction. */
  maxBatch: number;
  /** A try of this host has ended, and that is stored; another task of its may have waited for that. */
  onTryEnd(hostId: string): void;
}): ReportIntake {
  const { db, rules, maxBatch, onTryEnd } = options;
  const reports = createGathering<TaskReport, ReportVerdict>({
    async work(batch) {
      const verdicts = await reportTasks(db, batch, rules);
      for (const [index, { from, update }] of batch.entries()) {
        if (verdicts[index] === "accepted" && update.state !== AttemptState.RUNNING) onTryEnd(from.hostId);
      }
      return verdicts;
    },
    keyOf: ({ update }) => update.taskId,
    maxBatch,
    hands,
    spacingMs,
    // Each agent's words that wait are counted where they come in.
    maxWaiting: Number.POSITIVE_INFINITY,
  });
  return { report: (from, update) => reports.add({ from, update }) };
}
