import { toJson } from "@bufbuild/protobuf";
import { VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import type { NewEvent } from "./event-record.ts";

/** The channel streams listen on; the payload is the experiment's id. */
export const eventChannel = "phoenix_experiment_events";

// The number comes from the experiment's row, so two writers wait for each
// other and a number that was taken by a transaction that failed is free again.
const append = `
  WITH next AS (
    UPDATE experiments SET last_event_sequence = last_event_sequence + 1
    WHERE experiment_id = $1 RETURNING last_event_sequence
  )
  INSERT INTO experiment_events (experiment_id, sequence, event_time, type, actor, message, phase, previous_phase,
    host_id, user_reason, verdicts)
  SELECT $1, next.last_event_sequence, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9::jsonb FROM next
  RETURNING sequence`;

/** Appends an event in the transaction that causes it and gives its number: from 1, without gaps. */
export async function appendEvent(tx: Tx, experimentId: string, event: NewEvent): Promise<bigint> {
  const [row] = await tx.query<{ sequence: string }>(append, [
    experimentId,
    event.type,
    event.actor,
    event.message,
    event.phase,
    event.previousPhase ?? null,
    event.hostId ?? null,
    event.userReason ?? "",
    JSON.stringify((event.verdicts ?? []).map((verdict) => toJson(VerdictSchema, verdict))),
  ]);
  if (row === undefined) throw new Error(`an event of the experiment ${experimentId} has no experiment`);
  await tx.query("SELECT pg_notify($1, $2)", [eventChannel, experimentId]);
  return BigInt(row.sequence);
}
