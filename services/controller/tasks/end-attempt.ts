import type { Tx } from "@phoenix/platform/database";
import { backoffMs } from "@phoenix/platform/lifecycle";
import { type AttemptOutcome, decideAfterAttempt } from "./decide-after-attempt.ts";
import { endTasks, type TaskEnding } from "./end-task.ts";
import { forgetLapses } from "./forget-lapses.ts";
import type { TaskEndListener, TaskRecord } from "./task.ts";
import { wakeDispatchers } from "./wake.ts";

/** Back-off between the tries of a task, and who hears of ends. */
export type AttemptRules = { retryBaseMs: number; retryMaxMs: number; onTaskEnd: TaskEndListener };

/** How the try a locked task is in ended. */
export type AttemptEnd = { task: TaskRecord; outcome: AttemptOutcome; message: string; retryable: boolean };

type Return = { task: TaskRecord; waitMs: number; message: string; keepsToken: boolean };

const record = `
  insert into agent_task_past_attempts (task_id, attempt, lease_token, session, outcome, message, assigned_at)
  select t.task_id, t.attempt, t.lease_token, t.assigned_session, e.outcome, e.message, t.assigned_at
  from unnest($1::text[], $2::text[], $3::text[]) as e (task_id, outcome, message)
  join agent_tasks t using (task_id)`;

// It waits anew, so that a look for what is new finds it. A lapsed lease keeps its token: until a newer one is given, its holder may still speak.
const putBack = `
  update agent_tasks t
  set state = 'pending', waiting_xid = pg_current_xact_id(), lease_until = null, lease_token = case when r.keeps_token then t.lease_token end,
    run_at = now() + r.wait_ms * interval '1 millisecond', message = r.message
  from unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[]) as r (task_id, wait_ms, message, keeps_token)
  where t.task_id = r.task_id`;

/** Ends the tries that locked tasks are in: stores how they ended, then ends each task or puts it back for another try. */
export async function endAttempts(tx: Tx, ends: readonly AttemptEnd[], rules: AttemptRules): Promise<void> {
  if (ends.length === 0) return;
  const over: TaskEnding[] = [];
  const again: Return[] = [];
  const untold: AttemptEnd[] = [];
  for (const end of ends) {
    const next = whatFollows(end, rules);
    if ("state" in next) over.push(next);
    else again.push(next);
    if (!("state" in next) || next.state !== end.outcome || next.message !== end.message) untold.push(end);
  }
  await forgetLapses(
    tx,
    ends.flatMap(({ task }) => (task.state === "pending" ? task : [])),
  );
  await recordAttempts(tx, untold);
  await putBackTasks(tx, again);
  await endTasks(tx, over, rules.onTaskEnd);
}

/** Ends one try; see {@link endAttempts}. */
export function endAttempt(
  tx: Tx,
  task: TaskRecord,
  end: Omit<AttemptEnd, "task">,
  rules: AttemptRules,
): Promise<void> {
  return endAttempts(tx, [{ task, ...end }], rules);
}

function whatFollows({ task, outcome, message, retryable }: AttemptEnd, rules: AttemptRules): TaskEnding | Return {
  const { attempt, maxAttempts, cancelRequested } = task;
  const decision = decideAfterAttempt({ outcome, attempt, maxAttempts, retryable, cancelRequested });
  if (decision.next !== "pending") {
    const usedUp = decision.next === "failed" && attempt >= maxAttempts && maxAttempts > 1;
    const words = usedUp ? `${message} (try ${attempt} of ${maxAttempts}, the last)` : message;
    return { task, state: decision.next, message: words };
  }
  const { retryBaseMs: baseMs, retryMaxMs: maxMs } = rules;
  const waitMs = decision.backoffStep === null ? 0 : backoffMs(decision.backoffStep, { baseMs, maxMs });
  return { task, waitMs, message, keepsToken: outcome === "lapsed" };
}

/** Stores tries whose end the row of their task does not tell. */
async function recordAttempts(tx: Tx, ends: readonly AttemptEnd[]): Promise<void> {
  if (ends.length === 0) return;
  await tx.query(record, [
    ends.map(({ task }) => task.taskId),
    ends.map(({ outcome }) => outcome),
    ends.map(({ message }) => message),
  ]);
}

async function putBackTasks(tx: Tx, returns: readonly Return[]): Promise<void> {
  if (returns.length === 0) return;
  await tx.query(putBack, [
    returns.map(({ task }) => task.taskId),
    returns.map(({ waitMs }) => waitMs),
    returns.map(({ message }) => message),
    returns.map(({ keepsToken }) => keepsToken),
  ]);
  if (returns.some(({ waitMs }) => waitMs === 0)) await wakeDispatchers(tx, "new");
}
