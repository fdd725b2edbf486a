import type { Tx } from "@phoenix/platform/database";
import { endTask } from "./end-task.ts";
import { lockTask } from "./lock-task.ts";
import { isEnd, type TaskEndListener } from "./task.ts";
import { wakeDispatchers } from "./wake.ts";

const request = `
  update agent_tasks set cancel_requested_at = coalesce(cancel_requested_at, now()), message = $2
  where task_id = $1`;

/**
 * Calls a task off: one that waits ends at once, one that its agent has gets a
 * TaskCancel and ends when the agent answers or its lease lapses. A task that is
 * over stays as it is. False when there is no such task.
 */
export async function cancelTask(tx: Tx, taskId: string, reason: string, onTaskEnd: TaskEndListener): Promise<boolean> {
  const locked = await lockTask(tx, taskId);
  if (locked === null) return false;
  const { task } = locked;
  if (isEnd(task.state)) return true;
  if (task.state === "pending") {
    await endTask(tx, task, "cancelled", reason, onTaskEnd);
    return true;
  }
  await tx.query(request, [taskId, reason]);
  await wakeDispatchers(tx, "any");
  return true;
}
