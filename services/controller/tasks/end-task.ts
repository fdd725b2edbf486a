import type { Tx } from "@phoenix/platform/database";
import type { TaskEnd, TaskEndListener, TaskRecord } from "./task.ts";
import { wakeDispatchers } from "./wake.ts";

const end = `
  update agent_tasks
  set state = $2, ended_at = clock_timestamp(), lease_until = null, message = $3
  where task_id = $1`;

// The next task of the same subject, when one waits, can go now.
const successor = `
  select from agent_tasks where host_id = $1 and ended_at is null and kind = $2 and subject = $3 limit 1`;

/** Ends a locked, open task and tells the listener in the same transaction. */
export async function endTask(
  tx: Tx,
  task: TaskRecord,
  state: TaskEnd,
  message: string,
  onTaskEnd: TaskEndListener,
): Promise<void> {
  await tx.query(end, [task.taskId, state, message]);
  const waiting = await tx.query(successor, [task.hostId, task.kind, task.subjectName]);
  if (waiting.length > 0) await wakeDispatchers(tx);
  await onTaskEnd(tx, {
    taskId: task.taskId,
    hostId: task.hostId,
    experimentId: task.experimentId,
    kind: task.kind,
    action: task.action,
    subjectName: task.subjectName,
    state,
    attempt: task.attempt,
    message,
  });
}
