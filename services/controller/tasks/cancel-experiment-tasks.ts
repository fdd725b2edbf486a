import type { Tx } from "@phoenix/platform/database";
import { wakeDispatchers } from "./wake.ts";

const cancel = `
  with open_tasks as (
    select task_id from agent_tasks
    where experiment_id = $1 and ended_at is null
    order by task_id
    for update
  )
  update agent_tasks t
  set message = $2,
    state = case when t.state = 'pending' then 'cancelled' else t.state end,
    ended_at = case when t.state = 'pending' then clock_timestamp() end,
    cancel_requested_at = case when t.state <> 'pending' then coalesce(t.cancel_requested_at, now()) end
  from open_tasks o where t.task_id = o.task_id and t.ended_at is null
  returning t.task_id`;

/**
 * Calls off all open tasks of an experiment in the caller's transaction and
 * gives their number: those that wait end now, without a call of the end
 * listener (the caller is the one who wants it); those an agent has get a
 * TaskCancel and end, with the listener, when it answers or its lease lapses.
 */
export async function cancelExperimentTasks(tx: Tx, experimentId: string, reason: string): Promise<number> {
  const cancelled = await tx.query(cancel, [experimentId, reason]);
  if (cancelled.length > 0) await wakeDispatchers(tx, "any");
  return cancelled.length;
}
