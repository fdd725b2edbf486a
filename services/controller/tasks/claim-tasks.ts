import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type TaskAssignment, TaskAssignmentSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { actionOf } from "./task.ts";

/** A host whose newest session this replica holds. */
export type HeldHost = { hostId: string; session: bigint };

/** One try, claimed for a host. */
export type ClaimedTask = { taskSeq: string; hostId: string; session: bigint; assignment: TaskAssignment };

type ClaimedRow = {
  task_seq: string;
  task_id: string;
  host_id: string;
  assigned_session: string;
  attempt: number;
  lease_token: string;
  action: string;
  expire_at: Date | null;
  payload: JsonValue;
};

const giveOut = `claimed as (
    update agent_tasks t
    set state = 'assigned', attempt = t.attempt + 1, lease_token = nextval('agent_task_lease_tokens'),
      lease_until = now() + $3 * interval '1 millisecond', assigned_at = now(), assigned_session = due.session
    from due where t.task_seq = due.task_seq and t.state = 'pending'
    returning t.task_seq, t.task_id, t.host_id, t.assigned_session, t.attempt, t.lease_token, t.action, t.expire_at,
      t.payload, t.priority
  )
  select task_seq, task_id, host_id, assigned_session, attempt, lease_token, action, expire_at, payload
  from claimed order by priority desc, task_seq`;

// A task waits while an older one of the same host and subject is open: a stop
// must not overtake the start it undoes. A subselect, because as a join it is
// planned by what the statistics say of a table that changes faster than they do.
const isDue = `t.state = 'pending' and t.run_at <= now() and (t.expire_at is null or t.expire_at > now())
    and (
      select o.task_seq from agent_tasks o
      where o.host_id = t.host_id and o.ended_at is null
        and o.kind = t.kind and o.subject = t.subject and o.task_seq < t.task_seq
      limit 1
    ) is null`;

// The look at agent_status keeps a replica whose session was replaced from
// claiming for a host that moved on. The statement does not ask for an open task:
// a small partial index would look good to the planner and be read as a whole for
// each of them.
const claim = `
  with due as (
    select t.task_seq, n.session
    from unnest($1::bigint[], $2::bigint[]) as n (task_seq, session)
    cross join lateral (
      select t.task_seq from agent_tasks t
      where t.task_seq = n.task_seq and ${isDue}
        and n.session = (select s.session from agent_status s where s.host_id = t.host_id)
      limit 1
      for update of t skip locked
    ) t
  ),
  ${giveOut}`;

/**
 * Claims those of these tasks that still are due, each for the session that holds
 * its host, in one statement; each gets a lease and a new token.
 */
export async function claimTasks(
  q: Queryable,
  named: readonly { taskSeq: string; session: bigint }[],
  leaseMs: number,
): Promise<ClaimedTask[]> {
  if (named.length === 0) return [];
  const sessions = named.map(({ session }) => session.toString());
  const rows = await q.query<ClaimedRow>(claim, [named.map(({ taskSeq }) => taskSeq), sessions, leaseMs]);
  return rows.map((row) => claimedFromRow(row, leaseMs));
}

function claimedFromRow(row: ClaimedRow, leaseMs: number): ClaimedTask {
  const assignment = fromJson(TaskAssignmentSchema, row.payload);
  assignment.taskId = row.task_id;
  assignment.attempt = row.attempt;
  assignment.leaseToken = BigInt(row.lease_token);
  assignment.lease = durationFromMs(leaseMs);
  assignment.action = actionOf(row.action);
  if (row.expire_at !== null) assignment.expireTime = timestampFromDate(row.expire_at);
  return { taskSeq: row.task_seq, hostId: row.host_id, session: BigInt(row.assigned_session), assignment };
}
