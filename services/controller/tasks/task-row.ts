import { actionOf, type TaskKind, type TaskRecord, type TaskState } from "./task.ts";

/** The columns of a task as the driver gives them; bigint arrives as text. */
export type TaskRow = {
  task_id: string;
  task_seq: string;
  host_id: string;
  experiment_id: string | null;
  kind: TaskKind;
  action: string;
  subject: string;
  state: TaskState;
  attempt: number;
  max_attempts: number;
  priority: number;
  message: string;
  lease_token: string | null;
  cancel_requested_at: Date | null;
  created_at: Date;
  assigned_at: Date | null;
  ended_at: Date | null;
  expire_at: Date | null;
};

/** The select list of a {@link TaskRow} from `agent_tasks t`. */
export const taskColumns = `t.task_id, t.task_seq, t.host_id, t.experiment_id, t.kind, t.action, t.subject, t.state,
  t.attempt, t.max_attempts, t.priority, t.message, t.lease_token, t.cancel_requested_at, t.created_at,
  t.assigned_at, t.ended_at, t.expire_at`;

/** A task from its columns. */
export function taskFromRow(row: TaskRow): TaskRecord {
  return {
    taskId: row.task_id,
    taskSeq: BigInt(row.task_seq),
    hostId: row.host_id,
    experimentId: row.experiment_id,
    kind: row.kind,
    action: actionOf(row.action),
    subjectName: row.subject,
    state: row.state,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    priority: row.priority,
    message: row.message,
    leaseToken: row.lease_token === null ? null : BigInt(row.lease_token),
    cancelRequested: row.cancel_requested_at !== null,
    createdAt: row.created_at,
    assignedAt: row.assigned_at,
    endedAt: row.ended_at,
    expireAt: row.expire_at,
  };
}
