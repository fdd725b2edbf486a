import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type DeploymentEvent,
  DeploymentEventSchema,
  type DeploymentEventType,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { wakeDeployments } from "./wake.ts";

/** An event to append; what happened, to be kept for ever. */
export interface NewDeploymentEvent {
  type: DeploymentEventType;
  /** What happened, in one sentence. */
  message: string;
  /** Who caused it; default "system". */
  actor?: string;
  hostId?: string;
  version?: number;
  /** The reason a person gave. */
  userReason?: string;
}

// The numbers come from the deployment's row, so two writers wait for each
// other and numbers that were taken by a transaction that failed are free again.
const append = `
  WITH e AS (
    SELECT * FROM unnest($2::smallint[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[])
      WITH ORDINALITY AS e (type, actor, message, host_id, version, user_reason, place)
  ),
  next AS (
    UPDATE deployments SET last_event_sequence = last_event_sequence + $8
    WHERE deployment_id = $1 RETURNING last_event_sequence - $8 AS before
  )
  INSERT INTO deployment_events (deployment_id, sequence, event_time, type, actor, message, host_id, version, user_reason)
  SELECT $1, next.before + e.place, clock_timestamp(), e.type, e.actor, e.message, e.host_id, e.version, e.user_reason
  FROM next, e ORDER BY e.place`;

/** Appends events in the transaction that causes them: numbers from 1, without gaps. */
export async function appendDeploymentEvents(
  tx: Tx,
  deploymentId: string,
  events: readonly NewDeploymentEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await tx.query(append, [
    deploymentId,
    events.map((event) => event.type),
    events.map((event) => event.actor ?? "system"),
    events.map((event) => event.message),
    events.map((event) => event.hostId ?? null),
    events.map((event) => event.version ?? 0),
    events.map((event) => event.userReason ?? ""),
    events.length,
  ]);
  await wakeDeployments(tx, deploymentId);
}

interface EventRow {
  deployment_id: string;
  sequence: string;
  event_time: Date;
  type: DeploymentEventType;
  actor: string;
  message: string;
  host_id: string | null;
  version: number;
  user_reason: string;
}

const eventColumns = "deployment_id, sequence, event_time, type, actor, message, host_id, version, user_reason";

/** Reads events of a deployment after a number, in order. */
export async function readDeploymentEvents(
  q: Queryable,
  deploymentId: string,
  afterSequence: bigint,
  limit: number,
): Promise<DeploymentEvent[]> {
  const rows = await q.query<EventRow>(
    `SELECT ${eventColumns} FROM deployment_events
     WHERE deployment_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
    [deploymentId, afterSequence.toString(), limit],
  );
  return rows.map(eventFromRow);
}

/** Reads events of all deployments with a cursor behind one and up to another, in order. */
export async function readDeploymentEventsByCursor(
  q: Queryable,
  range: { after: bigint; upTo: bigint; limit: number },
): Promise<{ cursor: bigint; event: DeploymentEvent }[]> {
  const rows = await q.query<EventRow & { cursor: string }>(
    `SELECT cursor, ${eventColumns} FROM deployment_events WHERE cursor > $1 AND cursor <= $2 ORDER BY cursor LIMIT $3`,
    [range.after.toString(), range.upTo.toString(), range.limit],
  );
  return rows.map((row) => ({ cursor: BigInt(row.cursor), event: eventFromRow(row) }));
}

function eventFromRow(row: EventRow): DeploymentEvent {
  return create(DeploymentEventSchema, {
    deploymentId: row.deployment_id,
    sequence: BigInt(row.sequence),
    time: timestampFromDate(row.event_time),
    type: row.type,
    actor: row.actor,
    message: row.message,
    hostId: row.host_id ?? "",
    version: row.version,
    userReason: row.user_reason,
  });
}
