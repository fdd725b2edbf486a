import type { Tx } from "@phoenix/platform/database";
import { backoffMs } from "@phoenix/platform/lifecycle";
import { type AttemptOutcome, decideAfterAttempt } from "./decide-after-attempt.ts";
import { endTask } from "./end-task.ts";
import type { TaskEndListener, TaskRecord } from "./task.ts";
import { wakeDispatchers } from "./wake.ts";

/** Back-off between the tries of a task, and who hears of ends. */
export type AttemptRules = { retryBaseMs: number; retryMaxMs: number; onTaskEnd: TaskEndListener };

// A lapsed try may turn out to be over after all, so its row can be replaced.
const record = `
  insert into agent_task_attempts (task_id, attempt, lease_token, session, outcome, message, assigned_at)
  select task_id, attempt, lease_token, assigned_session, $2, $3, assigned_at from agent_tasks where task_id = $1
  on conflict (task_id, attempt) do update
    set outcome = excluded.outcome, message = excluded.message, ended_at = excluded.ended_at`;

// A lapsed lease keeps its token: until a newer one is given, its holder may still speak.
const putBack = `
  update agent_tasks
  set state = 'pending', lease_until = null, lease_token = case when $4 then lease_token end,
    run_at = now() + $2 * interval '1 millisecond', message = $3
  where task_id = $1`;

/** Ends the try a locked task is in: stores how it ended, then ends the task or puts it back for another try. */
export async function endAttempt(
  tx: Tx,
  task: TaskRecord,
  end: { outcome: AttemptOutcome; message: string; retryable: boolean },
  rules: AttemptRules,
): Promise<void> {
  await tx.query(record, [task.taskId, end.outcome, end.message]);
  const decision = decideAfterAttempt({
    outcome: end.outcome,
    attempt: task.attempt,
    maxAttempts: task.maxAttempts,
    retryable: end.retryable,
    cancelRequested: task.cancelRequested,
  });
  if (decision.next !== "pending") {
    const usedUp = decision.next === "failed" && task.attempt >= task.maxAttempts && task.maxAttempts > 1;
    const message = usedUp ? `${end.message} (try ${task.attempt} of ${task.maxAttempts}, the last)` : end.message;
    await endTask(tx, task, decision.next, message, rules.onTaskEnd);
    return;
  }
  const waitMs =
    decision.backoffStep === null
      ? 0
      : backoffMs(decision.backoffStep, { baseMs: rules.retryBaseMs, maxMs: rules.retryMaxMs });
  await tx.query(putBack, [task.taskId, waitMs, end.message, end.outcome === "lapsed"]);
  if (waitMs === 0) await wakeDispatchers(tx);
}
