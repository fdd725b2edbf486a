import type { Queryable } from "@phoenix/platform/database";

// Open tasks are few next to hosts, so looking at them first costs little however large the fleet is.
const find = `
  with open_tasks as (
    select host_id, priority, task_seq,
      state = 'pending' and run_at <= now() and (expire_at is null or expire_at > now()) as due,
      cancel_requested_at is not null and not cancel_told as cancelled
    from agent_tasks where ended_at is null
  )
  select host_id from open_tasks where due or cancelled
  group by host_id
  order by max(priority) desc, min(task_seq)`;

/** Finds the hosts whose agents are to be given or told something, whoever holds them, the most urgent first. */
export async function findWork(q: Queryable): Promise<string[]> {
  const rows = await q.query<{ host_id: string }>(find);
  return rows.map(({ host_id: hostId }) => hostId);
}
