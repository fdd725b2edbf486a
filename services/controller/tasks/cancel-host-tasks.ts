import type { Tx } from "@phoenix/platform/database";
import { endTask } from "./end-task.ts";
import { lockTask } from "./lock-task.ts";
import { isEnd, type TaskEndListener } from "./task.ts";

const findNewWork = `
  select task_id from agent_tasks
  where host_id = $1 and ended_at is null and state = 'pending' and action in ('start', 'execute') and attempt = 0
  order by task_id`;

const findOpen = `select task_id from agent_tasks where host_id = $1 and ended_at is null order by task_id`;

/**
 * Ends tasks of a host as cancelled, with the listener: `waiting` those that
 * begin work and were never given to the agent, `all` every open one (the host
 * is being forgotten, so nobody will answer for them).
 */
export async function cancelHostTasks(
  tx: Tx,
  hostId: string,
  which: "waiting" | "all",
  reason: string,
  onTaskEnd: TaskEndListener,
): Promise<void> {
  const found = await tx.query<{ task_id: string }>(which === "all" ? findOpen : findNewWork, [hostId]);
  for (const { task_id: taskId } of found) {
    const locked = await lockTask(tx, taskId);
    if (locked === null || isEnd(locked.task.state)) continue;
    if (which === "waiting" && locked.task.state !== "pending") continue;
    await endTask(tx, locked.task, "cancelled", reason, onTaskEnd);
  }
}
