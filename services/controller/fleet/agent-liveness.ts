import type { Queryable } from "@phoenix/platform/database";

/** That an agent was heard, and what it said of itself. */
export type AgentSign = {
  hostId: string;
  session: bigint;
  /** Time since it was heard. */
  agoMs: number;
  agentCpuRatio: number;
  agentRssBytes: bigint;
};

// Ordered locks: replicas flush at the same time. An agent that is heard again is
// online again; one that said goodbye while this was on its way stays departed.
const store = `
  with heard as (
    select * from unnest($1::text[], $2::bigint[], $3::double precision[], $4::double precision[], $5::bigint[])
      as h (host_id, session, ago_ms, cpu, rss)
  ),
  held as (
    select s.host_id from agent_status s join heard h using (host_id, session)
    where s.state <> 'departed'
    order by s.host_id for update of s
  )
  update agent_status s
  set state = 'online', last_seen_at = now() - h.ago_ms * interval '1 millisecond',
    agent_cpu_ratio = h.cpu, agent_rss_bytes = h.rss,
    changed_at = case when s.state = 'online' then s.changed_at else clock_timestamp() end
  from heard h join held using (host_id)
  where s.host_id = h.host_id
  returning s.host_id`;

const markLost = `
  with silent as (
    select host_id from agent_status
    where state = 'online'
      and last_seen_at < now() - (heartbeat_interval_ms * $1::double precision + $2) * interval '1 millisecond'
    order by host_id for update skip locked
  )
  update agent_status s set state = 'lost', changed_at = clock_timestamp()
  from silent where s.host_id = silent.host_id
  returning s.host_id`;

/** Stores signs of life in one statement; gives the ids of hosts whose session still is the newest. */
export async function storeSigns(q: Queryable, signs: readonly AgentSign[]): Promise<Set<string>> {
  if (signs.length === 0) return new Set();
  const stored = await q.query<{ host_id: string }>(store, [
    signs.map((sign) => sign.hostId),
    signs.map((sign) => sign.session.toString()),
    signs.map((sign) => sign.agoMs),
    signs.map((sign) => sign.agentCpuRatio),
    signs.map((sign) => sign.agentRssBytes.toString()),
  ]);
  return new Set(stored.map((row) => row.host_id));
}

/**
 * Maintenance: hosts online and silent for so many of their heartbeats and a grace
 * more are lost, whichever replica held them. Gives their ids.
 */
export async function markLostHosts(q: Queryable, heartbeats: number, graceMs: number): Promise<string[]> {
  return (await q.query<{ host_id: string }>(markLost, [heartbeats, graceMs])).map((row) => row.host_id);
}

const countLiving = `
  select count(*)::int as hosts from hosts h join agent_status s using (host_id)
  where coalesce(s.last_seen_at, h.enrolled_at) > now() - interval '1 hour'`;

/** Hosts that were heard, or enrolled, within the last hour: the fleet that there is, or that comes back after an outage. */
export async function countLivingHosts(q: Queryable): Promise<number> {
  const [row] = await q.query<{ hosts: number }>(countLiving);
  return row?.hosts ?? 0;
}
