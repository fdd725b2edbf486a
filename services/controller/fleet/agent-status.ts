import { toJson } from "@bufbuild/protobuf";
import {
  CollectorState,
  type CollectorStatus,
  CollectorStatusSchema,
  type HostFacts,
  HostFactsSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";

// No NOTIFY here: when a fleet comes back at once, notices would make its commits
// queue up. Watchers on other replicas see these changes when they look next.

// Locks in the order of ids, as everyone takes them who changes many of these rows.
const beginSessions = `
  with held as (select host_id from agent_status where host_id = any($1::text[]) order by host_id for update)
  update agent_status s
  set session = s.session + 1, state = 'online', last_seen_at = now(), heartbeat_interval_ms = $2,
    changed_at = clock_timestamp()
  from held where s.host_id = held.host_id returning s.host_id, s.session`;

const storeStates = `
  with said as (
    select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) as a (host_id, session, facts, collectors)
  ),
  held as (
    select s.host_id, a.facts, a.collectors from agent_status s join said a using (host_id, session)
    order by s.host_id for update of s
  )
  update agent_status s
  set state = 'online', last_seen_at = now(), facts = held.facts::jsonb, collectors = held.collectors::jsonb,
    changed_at = clock_timestamp()
  from held where s.host_id = held.host_id returning s.host_id`;

const storeCollector = `
  update agent_status
  set changed_at = clock_timestamp(), collectors = (
    select coalesce(jsonb_agg(c order by c ->> 'collectorId'), '[]')
    from (
      select c from jsonb_array_elements(collectors) c where c ->> 'collectorId' <> $3
      union all
      select $4::jsonb where $4::jsonb is not null
    ) listed (c)
  )
  where host_id = $1 and session = $2 returning host_id`;

const storeDeparture = `
  update agent_status set state = 'departed', last_seen_at = now(), changed_at = clock_timestamp()
  where host_id = $1 and session = $2 returning host_id`;

/**
 * Begins a session of each of these hosts, in which they are to be heard so often,
 * and gives their numbers, which fence all older ones; hosts that are gone have none.
 */
export async function beginAgentSessions(
  q: Queryable,
  hostIds: readonly string[],
  heartbeatIntervalMs: number,
): Promise<Map<string, bigint>> {
  const rows = await q.query<{ host_id: string; session: string }>(beginSessions, [hostIds, heartbeatIntervalMs]);
  return new Map(rows.map((row) => [row.host_id, BigInt(row.session)]));
}

/** What an agent says of itself and all its collectors. */
export type AgentState = {
  hostId: string;
  session: bigint;
  facts: HostFacts;
  collectors: readonly CollectorStatus[];
};

/** Stores what agents say of themselves, one of each host; gives the hosts whose session was not replaced meanwhile. */
export async function storeAgentStates(tx: Tx, agents: readonly AgentState[]): Promise<Set<string>> {
  const rows = await tx.query<{ host_id: string }>(storeStates, [
    agents.map(({ hostId }) => hostId),
    agents.map(({ session }) => session.toString()),
    agents.map(({ facts }) => JSON.stringify(toJson(HostFactsSchema, facts))),
    agents.map(({ collectors }) =>
      JSON.stringify(collectors.map((collector) => toJson(CollectorStatusSchema, collector))),
    ),
  ]);
  return new Set(rows.map((row) => row.host_id));
}

/** Stores how one collector stands; a stopped one leaves the list. False when the session was replaced. */
export async function storeCollectorStatus(
  q: Queryable,
  agent: { hostId: string; session: bigint },
  status: CollectorStatus,
): Promise<boolean> {
  const stopped = status.state === CollectorState.STOPPED;
  const json = stopped ? null : JSON.stringify(toJson(CollectorStatusSchema, status));
  const rows = await q.query(storeCollector, [agent.hostId, agent.session.toString(), status.collectorId, json]);
  return rows.length > 0;
}

/** Stores that an agent said goodbye; false when its session was replaced. */
export async function storeAgentDeparture(q: Queryable, agent: { hostId: string; session: bigint }): Promise<boolean> {
  const rows = await q.query(storeDeparture, [agent.hostId, agent.session.toString()]);
  return rows.length > 0;
}
