import type { Queryable } from "@phoenix/platform/database";

/** A host with something to tell its agent. */
export type HostWork = {
  hostId: string;
  /** It has tasks that are due; they may still wait for an older one of their subject. */
  due: boolean;
  /** It has cancels that were not told. */
  cancelled: boolean;
};

// Open tasks are few next to hosts, so looking at them first costs little however large the fleet is.
const find = `
  with open_tasks as (
    select host_id, priority, task_seq,
      state = 'pending' and run_at <= now() and (expire_at is null or expire_at > now()) as due,
      cancel_requested_at is not null and not cancel_told as cancelled
    from agent_tasks where ended_at is null
  )
  select host_id, bool_or(due) as due, bool_or(cancelled) as cancelled
  from open_tasks where due or cancelled
  group by host_id
  order by max(priority) desc, min(task_seq)`;

/** Finds the hosts with something to do, whoever holds them, the most urgent first. */
export async function findWork(q: Queryable): Promise<HostWork[]> {
  const rows = await q.query<{ host_id: string; due: boolean; cancelled: boolean }>(find);
  return rows.map(({ host_id: hostId, due, cancelled }) => ({ hostId, due, cancelled }));
}
