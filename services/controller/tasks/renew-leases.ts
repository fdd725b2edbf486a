import type { Queryable } from "@phoenix/platform/database";

/** The lease of a try, as its agent names it. */
export type LeaseClaim = { hostId: string; taskId: string; attempt: number; leaseToken: bigint };

// A lease that lapsed without a newer one is taken up again (the agent was
// silent, not gone), and then it did not lapse. Ordered locks: two replicas may hold leases of one batch.
const renew = `
  with named as (
    select * from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[])
      as n (host_id, task_id, attempt, lease_token)
  ),
  held as (
    select t.task_id, t.attempt, t.state from agent_tasks t join named n using (task_id, host_id, attempt, lease_token)
    where t.ended_at is null
    order by t.task_id
    for update of t
  ),
  revived as (
    delete from agent_task_past_attempts p
    using held where held.state = 'pending' and p.task_id = held.task_id and p.attempt = held.attempt
  )
  update agent_tasks t
  set state = case t.state when 'pending' then 'running' else t.state end,
    lease_until = now() + $5 * interval '1 millisecond'
  from held where t.task_id = held.task_id
  returning t.task_id`;

/** Renews leases, many in one statement; gives the number renewed. Those of an older token are not. */
export async function renewLeases(q: Queryable, leases: readonly LeaseClaim[], leaseMs: number): Promise<number> {
  if (leases.length === 0) return 0;
  const renewed = await q.query(renew, [
    leases.map((lease) => lease.hostId),
    leases.map((lease) => lease.taskId),
    leases.map((lease) => lease.attempt),
    leases.map((lease) => lease.leaseToken.toString()),
    leaseMs,
  ]);
  return renewed.length;
}
