import { AttemptState, type TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database } from "@phoenix/platform/database";
import type { AttemptOutcome } from "./decide-after-attempt.ts";
import { type AttemptRules, endAttempt } from "./end-attempt.ts";
import { judgeReport, type ReportVerdict } from "./judge-report.ts";
import { lockTask } from "./lock-task.ts";

const begin = `
  update agent_tasks
  set state = 'running', lease_until = now() + $2 * interval '1 millisecond',
    message = case when cancel_requested_at is null then $3 else message end
  where task_id = $1`;

const outcomes: Partial<Record<AttemptState, AttemptOutcome>> = {
  [AttemptState.COMPLETED]: "completed",
  [AttemptState.FAILED]: "failed",
  [AttemptState.CANCELLED]: "cancelled",
};

/**
 * Stores what an agent says of a try, in one transaction. Only `accepted`
 * changes anything; the others say why not (see judge-report).
 */
export async function reportTask(
  db: Database,
  from: { hostId: string; session: bigint },
  update: TaskUpdate,
  rules: AttemptRules & { leaseMs: number },
): Promise<ReportVerdict> {
  return db.transaction(async (tx) => {
    const stored = await lockTask(tx, update.taskId, update.attempt);
    const { attempt, leaseToken, state } = update;
    const verdict = judgeReport({ ...from, attempt, leaseToken, state }, stored);
    if (verdict !== "accepted" || stored === null) return verdict;
    const outcome = outcomes[state];
    if (outcome === undefined) {
      await tx.query(begin, [update.taskId, rules.leaseMs, update.message]);
    } else {
      const { message, retryable } = update;
      await endAttempt(tx, stored.task, { outcome, message, retryable }, rules);
    }
    return "accepted";
  });
}
