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

const beginSession = `
  update agent_status
  set session = session + 1, state = 'online', last_seen_at = now(), changed_at = clock_timestamp()
  where host_id = $1 returning session`;

const storeState = `
  update agent_status
  set state = 'online', last_seen_at = now(), facts = $3::jsonb, collectors = $4::jsonb, changed_at = clock_timestamp()
  where host_id = $1 and session = $2 returning host_id`;

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

/** Begins a session of a host and gives its number, which fences all older ones; null when the host is gone. */
export async function beginAgentSession(q: Queryable, hostId: string): Promise<bigint | null> {
  const [row] = await q.query<{ session: string }>(beginSession, [hostId]);
  return row === undefined ? null : BigInt(row.session);
}

/** Stores what an agent says of itself and all its collectors; false when its session was replaced. */
export async function storeAgentState(
  tx: Tx,
  agent: { hostId: string; session: bigint },
  facts: HostFacts,
  collectors: readonly CollectorStatus[],
): Promise<boolean> {
  const rows = await tx.query(storeState, [
    agent.hostId,
    agent.session.toString(),
    JSON.stringify(toJson(HostFactsSchema, facts)),
    JSON.stringify(collectors.map((collector) => toJson(CollectorStatusSchema, collector))),
  ]);
  return rows.length > 0;
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
