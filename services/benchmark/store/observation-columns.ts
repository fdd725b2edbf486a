import type { StoredContributors, StoredWindow } from "../kpis/index.ts";

/** An observation on its way into the table. */
export interface NewObservation extends StoredWindow {
  readonly experimentId: string;
  /** Checked sketch bytes; null when none came or it could not be read. */
  readonly sketch: Uint8Array | null;
}

interface Column {
  readonly name: string;
  /** Type of the column's array in a bulk insert. */
  readonly type: string;
  value(observation: NewObservation): unknown;
}

/** The must-keep processes that the oracle saw in a window. */
export function seenOf({ mustKeep }: Pick<StoredWindow, "mustKeep">): StoredWindow["mustKeep"] {
  return mustKeep.filter(({ oracleSeen }) => oracleSeen);
}

/** The columns that a bulk insert has one array for. */
const columns: readonly Column[] = [
  { name: "experiment_id", type: "text", value: (it) => it.experimentId },
  { name: "host_id", type: "text", value: (it) => it.hostId },
  { name: "variant", type: "text", value: (it) => it.variant },
  { name: "window_start", type: "timestamptz", value: (it) => new Date(it.startMs).toISOString() },
  { name: "window_seconds", type: "integer", value: (it) => it.windowSeconds },
  { name: "active_series", type: "bigint", value: (it) => it.activeSeries },
  { name: "data_points", type: "bigint", value: (it) => it.dataPoints },
  { name: "metric_names", type: "bigint", value: (it) => it.metricNames },
  { name: "otlp_bytes", type: "bigint", value: (it) => it.otlpBytes },
  { name: "requests", type: "bigint", value: (it) => it.requests },
  { name: "rejected_requests", type: "bigint", value: (it) => it.rejectedRequests },
  { name: "dropped_points", type: "bigint", value: (it) => it.droppedPoints },
  { name: "collector_cpu_seconds", type: "double precision", value: (it) => it.cpuSeconds },
  { name: "collector_rss_bytes", type: "bigint", value: (it) => it.rssBytes },
  { name: "collector_restarts", type: "bigint", value: (it) => it.restarts },
  { name: "collector_up", type: "boolean", value: (it) => it.up },
  { name: "complete", type: "boolean", value: (it) => it.complete },
  { name: "incomplete_reason", type: "text", value: (it) => it.incompleteReason },
  { name: "config_digest", type: "text", value: (it) => it.configDigest },
  { name: "clock_offset_ms", type: "bigint", value: (it) => it.clockOffsetMs },
  { name: "must_keep", type: "jsonb", value: (it) => JSON.stringify(it.mustKeep) },
  { name: "must_keep_seen", type: "integer", value: (it) => seenOf(it).length },
  {
    name: "must_keep_reported",
    type: "integer",
    value: (it) => seenOf(it).filter(({ reported }) => reported).length,
  },
  {
    name: "contributors",
    type: "jsonb",
    value: ({ contributors }) => (contributors === undefined ? null : JSON.stringify(contributors)),
  },
];

const names = columns.map(({ name }) => name).join(", ");
const [lengths, sketches] = [columns.length + 1, columns.length + 2];

/**
 * Inserts rows from arrays, leaves those that are there already, and gives the keys of the new ones.
 * Sketches come one after the other in one value: as an array they would be written out in hexadecimal and read again.
 */
export const insertStatement = `
  INSERT INTO observations (${names}, series_sketch)
  SELECT ${names}, substring($${sketches}::bytea FROM sketch_from FOR sketch_length)
  FROM (SELECT rows.*, 1 + sum(coalesce(sketch_length, 0)) OVER (ORDER BY place)::integer - coalesce(sketch_length, 0)
      AS sketch_from
    FROM unnest(${columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ")}, $${lengths}::integer[])
      WITH ORDINALITY AS rows (${names}, sketch_length, place)) AS rows
  ON CONFLICT DO NOTHING RETURNING experiment_id, host_id, variant, window_start`;

/** What {@link insertStatement} is asked with. */
export function insertParameters(rows: readonly NewObservation[]): unknown[] {
  return [
    ...columns.map(({ value }) => rows.map(value)),
    rows.map(({ sketch }) => sketch?.length ?? null),
    Buffer.concat(rows.flatMap(({ sketch }) => sketch ?? [])),
  ];
}

/** A row of the figures, as the driver gives it. */
export interface ObservationRow {
  host_id: string;
  variant: string;
  window_start: Date;
  window_seconds: number;
  active_series: string;
  data_points: string;
  metric_names: string;
  otlp_bytes: string;
  requests: string;
  rejected_requests: string;
  dropped_points: string;
  collector_cpu_seconds: number;
  collector_rss_bytes: string;
  collector_restarts: string;
  collector_up: boolean;
  complete: boolean;
  incomplete_reason: string;
  config_digest: string;
  clock_offset_ms: string;
  must_keep: StoredWindow["mustKeep"];
  contributors: StoredContributors | null;
}

/** Columns of {@link ObservationRow}. */
export const figureColumns = columns
  .map(({ name }) => name)
  .filter((name) => !["experiment_id", "must_keep_seen", "must_keep_reported"].includes(name))
  .join(", ");

/** A row as a window. Counts fit a number: only those that do were let in. */
export function windowOf(row: ObservationRow): StoredWindow {
  return {
    hostId: row.host_id,
    variant: row.variant,
    startMs: row.window_start.getTime(),
    windowSeconds: row.window_seconds,
    activeSeries: Number(row.active_series),
    dataPoints: Number(row.data_points),
    metricNames: Number(row.metric_names),
    otlpBytes: Number(row.otlp_bytes),
    requests: Number(row.requests),
    rejectedRequests: Number(row.rejected_requests),
    droppedPoints: Number(row.dropped_points),
    cpuSeconds: row.collector_cpu_seconds,
    rssBytes: Number(row.collector_rss_bytes),
    restarts: Number(row.collector_restarts),
    up: row.collector_up,
    complete: row.complete,
    incompleteReason: row.incomplete_reason,
    configDigest: row.config_digest,
    clockOffsetMs: Number(row.clock_offset_ms),
    mustKeep: row.must_keep,
    ...(row.contributors === null ? {} : { contributors: row.contributors }),
  };
}
