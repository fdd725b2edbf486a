import type { Queryable } from "@phoenix/platform/database";
import type { TaskRecord } from "./task.ts";
import { type TaskRow, taskColumns, taskFromRow } from "./task-row.ts";

/** Gives a task; null when there is none. */
export async function getTask(q: Queryable, taskId: string): Promise<TaskRecord | null> {
  const [row] = await q.query<TaskRow>(`select ${taskColumns} from agent_tasks t where t.task_id = $1`, [taskId]);
  return row === undefined ? null : taskFromRow(row);
}
