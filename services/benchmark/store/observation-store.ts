import type { Database } from "@phoenix/platform/database";
import type { StoredWindow } from "../kpis/index.ts";
import { applyRollups } from "./apply-rollups.ts";
import {
  figureColumns,
  insertParameters,
  insertStatement,
  type NewObservation,
  type ObservationRow,
  windowOf,
} from "./observation-columns.ts";
import { dayOf, ensurePartitions } from "./partitions.ts";

/** Rows of one statement: bounds what a batch of sketches takes in memory. */
const insertRows = 256;

/** A place in the order by time, host and arm; everything after it comes next. */
export interface WindowPosition {
  readonly startMs: number;
  readonly hostId: string;
  readonly variant: string;
}

/** Keeps observations. */
export interface ObservationStore {
  /** Keeps observations, each once however often it comes; gives how many were new. All or none of a call. */
  insert(observations: readonly NewObservation[]): Promise<number>;
  /** The windows of an experiment, by time, at most `limit` from `from` on; the next page begins where the last row ended. */
  readWindows(experimentId: string, from: WindowPosition, limit: number): Promise<StoredWindow[]>;
}

interface InsertedKey {
  experiment_id: string;
  host_id: string;
  variant: string;
  window_start: Date;
}

const keyOfRow = (row: InsertedKey): string =>
  [row.experiment_id, row.window_start.getTime(), row.host_id, row.variant].join("\0");
const keyOf = (it: NewObservation): string => [it.experimentId, it.startMs, it.hostId, it.variant].join("\0");

function byPlace(a: NewObservation, b: NewObservation): number {
  return (
    compare(a.experimentId, b.experimentId) ||
    a.startMs - b.startMs ||
    compare(a.hostId, b.hostId) ||
    compare(a.variant, b.variant)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Makes the store of observations over a database; the clock gives milliseconds since the Unix epoch. */
export function createObservationStore(db: Database, clock: () => number): ObservationStore {
  /** Days known to have a partition: one look at the catalogue a day, not one a batch. */
  const knownDays = new Set<string>();

  return {
    async insert(observations) {
      const missing = new Set(observations.map(({ startMs }) => dayOf(startMs)).filter((day) => !knownDays.has(day)));
      await ensurePartitions(db, missing);
      for (const day of missing) knownDays.add(day);
      // One order for all: transactions that hold rows in common wait for each other, and never in a circle.
      const ordered = [...observations].sort(byPlace);
      return await db.transaction(async (tx) => {
        const fresh: NewObservation[] = [];
        for (let from = 0; from < ordered.length; from += insertRows) {
          const rows = ordered.slice(from, from + insertRows);
          const inserted = await tx.query<InsertedKey>(insertStatement, insertParameters(rows));
          const keys = new Set(inserted.map(keyOfRow));
          // Of two with one key the first was stored.
          for (const row of rows) if (keys.delete(keyOf(row))) fresh.push(row);
        }
        if (fresh.length > 0) await applyRollups(tx, fresh, clock());
        return fresh.length;
      });
    },

    async readWindows(experimentId, from, limit) {
      const rows = await db.query<ObservationRow>(
        `SELECT ${figureColumns} FROM observations
         WHERE experiment_id = $1 AND window_start >= $2 AND (window_start, host_id, variant) > ($2, $3, $4)
         ORDER BY window_start, host_id, variant LIMIT $5`,
        [experimentId, new Date(from.startMs).toISOString(), from.hostId, from.variant, limit],
      );
      return rows.map(windowOf);
    },
  };
}
