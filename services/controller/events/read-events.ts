import type { ExperimentEvent } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { type EventRow, eventColumns, eventFromRow } from "./event-record.ts";

/** Reads events of an experiment after a number, in order. */
export async function readEvents(
  q: Queryable,
  experimentId: string,
  afterSequence: bigint,
  limit: number,
): Promise<ExperimentEvent[]> {
  const rows = await q.query<EventRow>(
    `SELECT ${eventColumns} FROM experiment_events WHERE experiment_id = $1 AND sequence > $2
     ORDER BY sequence LIMIT $3`,
    [experimentId, afterSequence.toString(), limit],
  );
  return rows.map(eventFromRow);
}

/** Reads events of all experiments with a cursor behind one and up to another, in order. */
export async function readEventsByCursor(
  q: Queryable,
  range: { after: bigint; upTo: bigint; limit: number },
): Promise<{ cursor: bigint; event: ExperimentEvent }[]> {
  const rows = await q.query<EventRow & { cursor: string }>(
    `SELECT cursor, ${eventColumns} FROM experiment_events WHERE cursor > $1 AND cursor <= $2 ORDER BY cursor LIMIT $3`,
    [range.after.toString(), range.upTo.toString(), range.limit],
  );
  return rows.map((row) => ({ cursor: BigInt(row.cursor), event: eventFromRow(row) }));
}

/** How far the events of an experiment go, and whether more can come of themselves. */
export interface EventsEnd {
  /** Number of the newest event. */
  lastSequence: bigint;
  /** The experiment is over and no host is still to answer to a promotion or rollback. */
  settled: boolean;
}

/** Says how far the events of an experiment go; null when there is no such experiment. */
export async function readEventsEnd(q: Queryable, experimentId: string): Promise<EventsEnd | null> {
  const [row] = await q.query<{ last_event_sequence: string; settled: boolean }>(
    `SELECT last_event_sequence, end_time IS NOT NULL AND (rollout IS NULL OR NOT EXISTS (
       SELECT FROM experiment_hosts h WHERE h.experiment_id = e.experiment_id
         AND h.rollout_state IN ('pending', 'applied', 'refused'))) AS settled
     FROM experiments e WHERE experiment_id = $1 AND delete_time IS NULL`,
    [experimentId],
  );
  return row === undefined ? null : { lastSequence: BigInt(row.last_event_sequence), settled: row.settled };
}
