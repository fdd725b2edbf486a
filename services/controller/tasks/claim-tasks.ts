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
  attempt: number;
  lease_token: string;
  action: string;
  expire_at: Date | null;
  payload: JsonValue;
};

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
// each of them. A row that is locked stays where it is, so its place finds it again.
const claim = `
  with due as (
    select t.place, n.session
    from unnest($1::bigint[], $2::bigint[]) as n (task_seq, session)
    cross join lateral (
      select t.ctid as place from agent_tasks t
      where t.task_seq = n.task_seq and ${isDue}
        and n.session = (select s.session from agent_status s where s.host_id = t.host_id)
      limit 1
      for update of t skip locked
    ) t
  )
  update agent_tasks t
  set state = 'assigned', attempt = t.attempt + 1, lease_token = nextval('agent_task_lease_tokens'),
    lease_until = now() + $3 * interval '1 millisecond', assigned_at = now(), assigned_session = due.session
  from due where t.ctid = due.place and t.state = 'pending'
  returning t.task_seq, t.task_id, t.attempt, t.lease_token, t.action, t.expire_at, t.payload`;

/**
 * Claims those of these tasks that still are due, each for the session that holds
 * its host, in one statement; each gets a lease and a new token. They come in the
 * order in which they are named.
 */
export async function claimTasks(
  q: Queryable,
  named: readonly ({ taskSeq: string } & HeldHost)[],
  leaseMs: number,
): Promise<ClaimedTask[]> {
  if (named.length === 0) return [];
  const sessions = named.map(({ session }) => session.toString());
  const rows = await q.query<ClaimedRow>(claim, [named.map(({ taskSeq }) => taskSeq), sessions, leaseMs]);
  const claimed = new Map(rows.map((row) => [row.task_seq, row]));
  return named.flatMap(({ taskSeq, hostId, session }) => {
    const row = claimed.get(taskSeq);
    // Two looks may have shown the same task; it is claimed, and so given, once.
    claimed.delete(taskSeq);
    return row === undefined ? [] : { taskSeq, hostId, session, assignment: assignmentFromRow(row, leaseMs) };
  });
}

function assignmentFromRow(row: ClaimedRow, leaseMs: number): TaskAssignment {
  const assignment = fromJson(TaskAssignmentSchema, row.payload);
  assignment.taskId = row.task_id;
  assignment.attempt = row.attempt;
  assignment.leaseToken = BigInt(row.lease_token);
  assignment.lease = durationFromMs(leaseMs);
  assignment.action = actionOf(row.action);
  if (row.expire_at !== null) assignment.expireTime = timestampFromDate(row.expire_at);
  return assignment;
}
