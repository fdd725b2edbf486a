import type { Tx } from "@phoenix/platform/database";
import type { TaskEnd, TaskEndListener, TaskRecord } from "./task.ts";
import { wakeDispatchers } from "./wake.ts";

/** A locked, open task and the end it is to come to. */
export type TaskEnding = { task: TaskRecord; state: TaskEnd; message: string };

const end = `
  update agent_tasks t
  set state = e.state, ended_at = clock_timestamp(), lease_until = null, message = e.message
  from unnest($1::text[], $2::text[], $3::text[]) as e (task_id, state, message)
  where t.task_id = e.task_id`;

// The next task of the same subject, when one waits, can go now.
const successor = `
  select from unnest($1::text[], $2::text[], $3::text[]) as e (host_id, kind, subject)
  where exists (
    select from agent_tasks t
    where t.host_id = e.host_id and t.ended_at is null and t.kind = e.kind and t.subject = e.subject
  )
  limit 1`;

/** Ends locked, open tasks and tells the listener of each in the same transaction. */
export async function endTasks(tx: Tx, endings: readonly TaskEnding[], onTaskEnd: TaskEndListener): Promise<void> {
  if (endings.length === 0) return;
  const tasks = endings.map(({ task }) => task);
  await tx.query(end, [
    tasks.map((task) => task.taskId),
    endings.map(({ state }) => state),
    endings.map(({ message }) => message),
  ]);
  const waiting = await tx.query(successor, [
    tasks.map((task) => task.hostId),
    tasks.map((task) => task.kind),
    tasks.map((task) => task.subjectName),
  ]);
  if (waiting.length > 0) await wakeDispatchers(tx, "any");
  for (const { task, state, message } of endings) {
    const { taskId, hostId, experimentId, kind, action, subjectName, attempt } = task;
    await onTaskEnd(tx, { taskId, hostId, experimentId, kind, action, subjectName, state, attempt, message });
  }
}

/** Ends one task; see {@link endTasks}. */
export function endTask(
  tx: Tx,
  task: TaskRecord,
  state: TaskEnd,
  message: string,
  onTaskEnd: TaskEndListener,
): Promise<void> {
  return endTasks(tx, [{ task, state, message }], onTaskEnd);
}
