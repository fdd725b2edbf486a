import type { Database } from "@phoenix/platform/database";
import { endTask } from "./end-task.ts";
import { lockTask } from "./lock-task.ts";
import { type Horizon, horizonParams, isBeyond, noHorizon } from "./look-for-tasks.ts";
import type { TaskEndListener } from "./task.ts";

const findExpired = `
  select task_id from agent_tasks
  where ${isBeyond} and state = 'pending' and expire_at <= now()
  order by task_seq limit $3`;

/** Maintenance: tasks that wait and were not begun in time end as expired. Gives the number found. */
export async function expireTasks(
  db: Database,
  onTaskEnd: TaskEndListener,
  beyond: Horizon = noHorizon,
  limit = 500,
): Promise<number> {
  const found = await db.query<{ task_id: string }>(findExpired, [...horizonParams(beyond), limit]);
  const failures: unknown[] = [];
  for (const { task_id: taskId } of found) {
    await expireOne(db, taskId, onTaskEnd).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} expired tasks could not be ended`);
  return found.length;
}

async function expireOne(db: Database, taskId: string, onTaskEnd: TaskEndListener): Promise<void> {
  await db.transaction(async (tx) => {
    const locked = await lockTask(tx, taskId);
    // Given to its agent or ended since it was found.
    if (locked === null || locked.task.state !== "pending") return;
    const message = locked.task.attempt === 0 ? "not begun in time" : `not begun again in time: ${locked.task.message}`;
    await endTask(tx, locked.task, "expired", message, onTaskEnd);
  });
}
