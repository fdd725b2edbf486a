import { AttemptState, type TaskUpdate } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Database, Tx } from "@phoenix/platform/database";
import { acceptReports } from "./accept-reports.ts";
import type { AttemptOutcome } from "./decide-after-attempt.ts";
import { type AttemptEnd, type AttemptRules, endAttempts } from "./end-attempt.ts";
import { forgetLapses } from "./forget-lapses.ts";
import { judgeReport, type ReportedTask, type ReportVerdict } from "./judge-report.ts";
import { lockTasks } from "./lock-task.ts";

/** What an agent says of a try, and who says it. */
export type TaskReport = { from: { hostId: string; session: bigint }; update: TaskUpdate };

const begin = `
  update agent_tasks t
  set state = 'running', lease_until = now() + $3 * interval '1 millisecond',
    message = case when t.cancel_requested_at is null then b.message else t.message end
  from unnest($1::text[], $2::text[]) as b (task_id, message)
  where t.task_id = b.task_id`;

const outcomes: Partial<Record<AttemptState, AttemptOutcome>> = {
  [AttemptState.COMPLETED]: "completed",
  [AttemptState.FAILED]: "failed",
  [AttemptState.CANCELLED]: "cancelled",
};

/**
 * Stores what agents say of tries, at most one report of a task, all in one
 * transaction; gives what became of each. Only `accepted` changes anything; the
 * others say why not (see judge-report).
 */
export async function reportTasks(
  db: Database,
  reports: readonly TaskReport[],
  rules: AttemptRules & { leaseMs: number },
): Promise<ReportVerdict[]> {
  return db.transaction(async (tx) => {
    const accepted = await acceptReports(tx, reports, rules);
    const unusual = reports.filter(({ update }) => !accepted.has(update.taskId));
    const stored = await lockTasks(
      tx,
      unusual.map(({ update }) => update),
    );
    const begun: ReportedTask["task"][] = [];
    const messages: string[] = [];
    const ended: AttemptEnd[] = [];
    const verdicts = reports.map(({ from, update }) => {
      const { taskId, attempt, leaseToken, state, message, retryable } = update;
      if (accepted.has(taskId)) return "accepted";
      const known = stored.get(taskId) ?? null;
      const verdict = judgeReport({ ...from, attempt, leaseToken, state }, known);
      if (verdict !== "accepted" || known === null) return verdict;
      const outcome = outcomes[state];
      if (outcome === undefined) {
        begun.push(known.task);
        messages.push(message);
      } else ended.push({ task: known.task, outcome, message, retryable });
      return verdict;
    });
    await beginAttempts(tx, begun, messages, rules.leaseMs);
    await endAttempts(tx, ended, rules);
    return verdicts;
  });
}

/** Stores one report; see {@link reportTasks}. */
export async function reportTask(
  db: Database,
  from: TaskReport["from"],
  update: TaskUpdate,
  rules: AttemptRules & { leaseMs: number },
): Promise<ReportVerdict> {
  const [verdict] = await reportTasks(db, [{ from, update }], rules);
  return verdict!;
}

async function beginAttempts(
  tx: Tx,
  begun: readonly ReportedTask["task"][],
  messages: readonly string[],
  leaseMs: number,
): Promise<void> {
  if (begun.length === 0) return;
  await forgetLapses(tx, begun);
  await tx.query(begin, [begun.map(({ taskId }) => taskId), messages, leaseMs]);
}
