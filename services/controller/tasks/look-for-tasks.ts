import type { Queryable } from "@phoenix/platform/database";

/**
 * What a look need not show again: transactions below `from`, except the ones
 * that were still open. Numbers are those of `pg_current_xact_id`.
 */
export type Horizon = { from: bigint; open: readonly bigint[] };

/** An open task with something to tell its agent. */
export type SeenTask = {
  taskSeq: string;
  hostId: string;
  priority: number;
  /** It may be given; it may still wait for an older one of its subject. */
  due: boolean;
  /** It was called off, and its agent was not told. */
  cancelled: boolean;
};

/** What a look saw: the most urgent tasks first, and what the next look can begin with. */
export type Sight = { tasks: SeenTask[]; horizon: Horizon };

/** Shows everything. */
export const noHorizon: Horizon = { from: 0n, open: [] };

/** What is beyond a horizon, in SQL over agent_tasks; the parameters are those of {@link horizonParams}. */
export const isBeyond = `ended_at is null and waiting_xid >= '0'
  and (waiting_xid >= $1::text::xid8 or waiting_xid = any($2::text[]::xid8[]))`;

const whatToTell = `task_seq, host_id, priority,
  state = 'pending' and run_at <= now() and (expire_at is null or expire_at > now()) as due,
  cancel_requested_at is not null and not cancel_told as cancelled`;

// The snapshot is that of the statement, so it shows exactly what the rows show.
const look = `
  select pg_current_snapshot()::text as snapshot, null as task_seq, null as host_id, null as priority, null as due,
    null as cancelled
  union all (
    select null, task_seq, host_id, priority, due, cancelled
    from (select ${whatToTell} from agent_tasks where ${isBeyond}) o
    where due or cancelled
    order by priority desc, task_seq
    limit $3
  )`;

// Host by host: how many tasks each has is nothing the planner could know.
const lookAtHosts = `
  select t.* from unnest($1::text[]) as h (host_id)
  cross join lateral (
    select task_seq, host_id, priority, due, cancelled
    from (select ${whatToTell} from agent_tasks o where o.host_id = h.host_id and o.ended_at is null) o
    where due or cancelled
    order by priority desc, task_seq
    limit $2
  ) t`;

const oldest = `
  select pg_current_snapshot()::text as snapshot, (
    select least(
      (select waiting_xid from agent_tasks
       where ended_at is null and waiting_xid >= '0' and waiting_xid >= $1::text::xid8 order by waiting_xid limit 1),
      (select waiting_xid from agent_tasks
       where ended_at is null and waiting_xid >= '0' and waiting_xid = any($2::text[]::xid8[])
       order by waiting_xid limit 1)
    )
  )::text as oldest`;

type SeenRow = { task_seq: string; host_id: string; priority: number; due: boolean; cancelled: boolean };

const seenFromRow = ({ task_seq: taskSeq, host_id: hostId, priority, due, cancelled }: SeenRow): SeenTask => ({
  taskSeq,
  hostId,
  priority,
  due,
  cancelled,
});

/** Looks for open tasks of these hosts, at most `limit` of each: the most urgent of each first. */
export async function lookAtHostsTasks(q: Queryable, hostIds: readonly string[], limit: number): Promise<SeenTask[]> {
  const rows = await q.query<SeenRow>(lookAtHosts, [hostIds, limit]);
  return rows.map(seenFromRow);
}

/** Looks for open tasks beyond a horizon, at most `limit` of them. */
export async function lookForTasks(q: Queryable, beyond: Horizon, limit: number): Promise<Sight> {
  const rows = await q.query<(SeenRow & { snapshot: null }) | { snapshot: string }>(look, [
    ...horizonParams(beyond),
    limit,
  ]);
  const tasks: SeenTask[] = [];
  let snapshot = "0:0:";
  for (const row of rows) {
    if (row.snapshot !== null) snapshot = row.snapshot;
    else tasks.push(seenFromRow(row));
  }
  return { tasks, horizon: horizonOf(snapshot) };
}

/**
 * Gives a horizon below which no task is open, and none will be. What ended is
 * never open again, so a look at everything can begin there: it then passes over
 * the ends that an old snapshot keeps in the index.
 */
export async function raiseHorizon(q: Queryable, known: Horizon): Promise<Horizon> {
  const [row] = await q.query<{ snapshot: string; oldest: string | null }>(oldest, horizonParams(known));
  if (row === undefined) return known;
  const { from, open } = horizonOf(row.snapshot);
  const lowest = row.oldest === null || BigInt(row.oldest) > from ? from : BigInt(row.oldest);
  return { from: lowest, open: open.filter((xid) => xid < lowest) };
}

/** What was visible to a snapshot, from its text "xmin:xmax:xip,xip". */
export function horizonOf(snapshot: string): Horizon {
  const [, from = "0", open = ""] = snapshot.split(":");
  return { from: BigInt(from), open: open === "" ? [] : open.split(",").map(BigInt) };
}

/** The first two parameters of a statement about what is beyond a horizon. */
export function horizonParams({ from, open }: Horizon): [string, string[]] {
  return [from.toString(), open.map(String)];
}
