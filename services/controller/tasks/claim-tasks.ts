import { create, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type TaskAssignment, TaskAssignmentSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { actionOf } from "./task.ts";

/** A host whose newest session this replica holds. */
export type HeldHost = { hostId: string; session: bigint };

/** One try, claimed for a host. */
export type ClaimedTask = { hostId: string; session: bigint; assignment: TaskAssignment };

type ClaimedRow = {
  task_id: string;
  host_id: string;
  assigned_session: string;
  attempt: number;
  lease_token: string;
  action: string;
  expire_at: Date | null;
  payload: JsonValue;
};

// A task waits while an older one of the same host and subject is open: a stop
// must not overtake the start it undoes. The join with agent_status keeps a
// replica whose session was replaced from claiming for a host that moved on. Of
// each host no more is looked at than its share, however much waits for it.
const claim = `
  with held as (select * from unnest($1::text[], $2::bigint[]) as h (host_id, session)),
  due as (
    select t.task_id, h.session
    from held h
    join agent_status s on s.host_id = h.host_id and s.session = h.session
    cross join lateral (
      select t.task_id, t.priority, t.task_seq
      from agent_tasks t
      where t.host_id = h.host_id and t.ended_at is null
        and t.state = 'pending' and t.run_at <= now() and (t.expire_at is null or t.expire_at > now())
        and not exists (
          select from agent_tasks o
          where o.host_id = t.host_id and o.ended_at is null
            and o.kind = t.kind and o.subject = t.subject and o.task_seq < t.task_seq
        )
      order by t.priority desc, t.task_seq
      limit $5
      for update of t skip locked
    ) t
    order by t.priority desc, t.task_seq
    limit $4
  ),
  claimed as (
    update agent_tasks t
    set state = 'assigned', attempt = t.attempt + 1, lease_token = nextval('agent_task_lease_tokens'),
      lease_until = now() + $3 * interval '1 millisecond', assigned_at = now(), assigned_session = due.session
    from due where t.task_id = due.task_id and t.state = 'pending'
    returning t.*
  )
  select c.task_id, c.host_id, c.assigned_session, c.attempt, c.lease_token, c.action, c.expire_at, p.payload
  from claimed c join agent_task_payloads p using (task_id)
  order by c.priority desc, c.task_seq`;

/** The most tasks of one host that a claim with this limit for so many hosts gives; at that many it may have more. */
export function shareOfHost(hosts: number, limit: number): number {
  return Math.max(1, Math.floor(limit / hosts));
}

/**
 * Claims up to `limit` tasks that are due on the hosts held, in one statement,
 * and of each host its share at most; each gets a lease and a new token.
 */
export async function claimTasks(
  q: Queryable,
  hosts: readonly HeldHost[],
  leaseMs: number,
  limit: number,
): Promise<ClaimedTask[]> {
  if (hosts.length === 0) return [];
  const sessions = hosts.map((host) => host.session.toString());
  const share = shareOfHost(hosts.length, limit);
  const rows = await q.query<ClaimedRow>(claim, [hosts.map((host) => host.hostId), sessions, leaseMs, limit, share]);
  return rows.map((row) => ({
    hostId: row.host_id,
    session: BigInt(row.assigned_session),
    assignment: create(TaskAssignmentSchema, {
      taskId: row.task_id,
      attempt: row.attempt,
      leaseToken: BigInt(row.lease_token),
      lease: durationFromMs(leaseMs),
      ...(row.expire_at === null ? {} : { expireTime: timestampFromDate(row.expire_at) }),
      action: actionOf(row.action),
      subject: fromJson(TaskAssignmentSchema, row.payload).subject,
    }),
  }));
}
