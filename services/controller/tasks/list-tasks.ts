import type { Queryable } from "@phoenix/platform/database";
import type { TaskRecord, TaskState } from "./task.ts";
import { type TaskRow, taskColumns, taskFromRow } from "./task-row.ts";

/** Which tasks to list; nothing given takes all. */
export type TaskFilter = {
  hostId?: string;
  experimentId?: string;
  states?: readonly TaskState[];
};

const list = `
  select ${taskColumns} from agent_tasks t
  where ($1::text is null or t.host_id = $1)
    and ($2::text is null or t.experiment_id = $2)
    and ($3::text[] is null or t.state = any($3))
    and ($4::bigint is null or t.task_seq < $4)
  order by t.task_seq desc limit $5`;

/** Lists tasks, newest first, from below `before` when it is given. */
export async function listTasks(
  q: Queryable,
  filter: TaskFilter,
  before: bigint | null,
  limit: number,
): Promise<TaskRecord[]> {
  const rows = await q.query<TaskRow>(list, [
    filter.hostId ?? null,
    filter.experimentId ?? null,
    filter.states ?? null,
    before?.toString() ?? null,
    limit,
  ]);
  return rows.map(taskFromRow);
}
