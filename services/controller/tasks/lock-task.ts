import type { Tx } from "@phoenix/platform/database";
import type { ReportedTask } from "./judge-report.ts";
import { isEnd, type TaskRecord } from "./task.ts";
import { type TaskRow, taskColumns, taskFromRow } from "./task-row.ts";

// In the order of their ids, so that two who lock many wait for each other and not for ever.
const lock = `
  with named as (select * from unnest($1::text[], $2::bigint[]) as n (task_id, attempt))
  select ${taskColumns}, coalesce(s.session, 0) as current_session,
    a.lease_token as recorded_token, a.outcome as recorded_outcome, n.attempt::integer as named_attempt
  from named n
  join agent_tasks t on t.task_id = n.task_id
  left join agent_status s on s.host_id = t.host_id
  left join agent_task_past_attempts a on a.task_id = n.task_id and a.attempt = n.attempt
  order by t.task_id
  for update of t`;

type LockedRow = TaskRow & {
  current_session: string;
  recorded_token: string | null;
  recorded_outcome: string | null;
  named_attempt: number;
};

/**
 * Locks tasks until the transaction ends and gives each, by its id, with what is
 * stored about the try named with it. A task is named once; one that does not
 * exist is left out.
 */
export async function lockTasks(
  tx: Tx,
  named: readonly { taskId: string; attempt: number }[],
): Promise<Map<string, ReportedTask>> {
  if (named.length === 0) return new Map();
  const rows = await tx.query<LockedRow>(lock, [named.map((one) => one.taskId), named.map((one) => one.attempt)]);
  return new Map(rows.map((row) => [row.task_id, reportedFromRow(row)]));
}

/** Locks one task; null when there is none. See {@link lockTasks}. */
export async function lockTask(tx: Tx, taskId: string): Promise<ReportedTask | null> {
  return (await lockTasks(tx, [{ taskId, attempt: 0 }])).get(taskId) ?? null;
}

function reportedFromRow(row: LockedRow): ReportedTask {
  const task = taskFromRow(row);
  return { task, currentSession: BigInt(row.current_session), recorded: recordedEnd(row, task) };
}

/** How the try named ended: by a row of its own, or by its task's where it was the one that ended it. */
function recordedEnd(row: LockedRow, { state, attempt, leaseToken }: TaskRecord): ReportedTask["recorded"] {
  if (row.recorded_token !== null && row.recorded_outcome !== null) {
    return { leaseToken: BigInt(row.recorded_token), outcome: row.recorded_outcome };
  }
  return isEnd(state) && attempt === row.named_attempt && leaseToken !== null ? { leaseToken, outcome: state } : null;
}
