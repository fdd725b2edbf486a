import type { Database } from "@phoenix/platform/database";
import type { StoredWindow } from "../kpis/index.ts";
import {
  columns,
  figureColumns,
  insertStatement,
  type NewObservation,
  type ObservationRow,
  windowOf,
} from "./observation-columns.ts";
import { dayOf, ensurePartitions, kpiColumns, kpiExpressions } from "./partitions.ts";

/** Rows of one statement: bounds what a batch of sketches takes in memory. */
const insertRows = 256;

/** Sketches of one page, 16 KiB each at most. */
const sketchRows = 256;

/** The sketch of one window. */
export interface StoredSketch {
  readonly hostId: string;
  readonly variant: string;
  readonly startMs: number;
  readonly bytes: Uint8Array;
}

/** KPIs of one arm in one window. */
export type KpiRow = { variant: string; window_start: Date } & Record<(typeof kpiColumns)[number], number>;

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
  /** The sketches of an experiment, a page at a time. */
  readSketches(experimentId: string): AsyncGenerator<StoredSketch>;
  /** KPIs window by window, by arm and time; days whose observations were dropped included. */
  readKpiSeries(experimentId: string): Promise<KpiRow[]>;
}

/** Makes the store of observations over a database. */
export function createObservationStore(db: Database): ObservationStore {
  /** Days known to have a partition: one look at the catalogue a day, not one a batch. */
  const knownDays = new Set<string>();

  return {
    async insert(observations) {
      const missing = new Set(observations.map(({ startMs }) => dayOf(startMs)).filter((day) => !knownDays.has(day)));
      await ensurePartitions(db, missing);
      for (const day of missing) knownDays.add(day);
      return await db.transaction(async (tx) => {
        let inserted = 0;
        for (let from = 0; from < observations.length; from += insertRows) {
          const rows = observations.slice(from, from + insertRows);
          const [result] = await tx.query<{ count: number }>(
            insertStatement,
            columns.map(({ value }) => rows.map(value)),
          );
          inserted += result?.count ?? 0;
        }
        return inserted;
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

    async *readSketches(experimentId) {
      let last: { hostId: string; variant: string; startMs: number } = { hostId: "", variant: "", startMs: 0 };
      for (;;) {
        const rows = await db.query<{ host_id: string; variant: string; window_start: Date; series_sketch: Buffer }>(
          `SELECT host_id, variant, window_start, series_sketch FROM observations
           WHERE experiment_id = $1 AND (host_id, variant, window_start) > ($2, $3, $4) AND series_sketch IS NOT NULL
           ORDER BY host_id, variant, window_start LIMIT ${sketchRows}`,
          [experimentId, last.hostId, last.variant, new Date(last.startMs).toISOString()],
        );
        for (const row of rows) {
          last = { hostId: row.host_id, variant: row.variant, startMs: row.window_start.getTime() };
          yield { ...last, bytes: row.series_sketch };
        }
        if (rows.length < sketchRows) return;
      }
    },

    readKpiSeries: (experimentId) =>
      db.query<KpiRow>(
        `SELECT variant, window_start, ${kpiColumns.join(", ")} FROM metrics_cache WHERE experiment_id = $1
         UNION ALL
         SELECT variant, window_start, ${kpiExpressions} FROM observations
         WHERE experiment_id = $1 AND complete GROUP BY variant, window_start
         ORDER BY variant, window_start`,
        [experimentId],
      ),
  };
}
