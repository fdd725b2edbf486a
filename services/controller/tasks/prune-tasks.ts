import type { Queryable } from "@phoenix/platform/database";

const prune = `
  delete from agent_tasks where task_id in (
    select task_id from agent_tasks
    where ended_at < now() - $1 * interval '1 millisecond'
    limit $2
    for update skip locked
  ) returning task_id`;

/** Maintenance: forgets tasks that ended longer ago than `keepMs`, to keep the hot table small. Gives their number. */
export async function pruneTasks(q: Queryable, keepMs: number, limit = 5000): Promise<number> {
  return (await q.query(prune, [keepMs, limit])).length;
}
