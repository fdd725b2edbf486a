import type { Tx } from "@phoenix/platform/database";
import type { ReportedTask } from "./judge-report.ts";
import { type TaskRow, taskColumns, taskFromRow } from "./task-row.ts";

const lock = `
  select ${taskColumns}, coalesce(s.session, 0) as current_session,
    a.lease_token as recorded_token, a.outcome as recorded_outcome
  from agent_tasks t
  left join agent_status s on s.host_id = t.host_id
  left join agent_task_attempts a on a.task_id = t.task_id and a.attempt = $2
  where t.task_id = $1
  for update of t`;

type LockedRow = TaskRow & {
  current_session: string;
  recorded_token: string | null;
  recorded_outcome: string | null;
};

/** Locks a task until the transaction ends and gives it with what is stored about one of its tries; null for none. */
export async function lockTask(tx: Tx, taskId: string, attempt = 0): Promise<ReportedTask | null> {
  const [row] = await tx.query<LockedRow>(lock, [taskId, attempt]);
  if (row === undefined) return null;
  return {
    task: taskFromRow(row),
    currentSession: BigInt(row.current_session),
    recorded:
      row.recorded_token === null || row.recorded_outcome === null
        ? null
        : { leaseToken: BigInt(row.recorded_token), outcome: row.recorded_outcome },
  };
}
