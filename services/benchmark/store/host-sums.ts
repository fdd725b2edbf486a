import type { Queryable } from "@phoenix/platform/database";
import type { HostSums } from "../kpis/index.ts";
import { type Beginnings, chooseEdges, type Edges } from "./edge-ranges.ts";
import { hourRows, quarterRows } from "./roll-up.ts";
import { hourMs, hourSums, partMs, quarterMs } from "./sum-tables.ts";
import { timeText } from "./time-text.ts";

/** Windows that count: of a time, after the warm-up of each arm on each host. */
export interface Selection {
  readonly experimentId: string;
  /** Windows thrown away at the start of each arm on each host. */
  readonly warmupWindows: number;
  /** Windows that start before do not count. */
  readonly startMs: number;
  /** Windows that start at or after it do not count; infinity takes all. */
  readonly endMs: number;
}

const names = hourSums.sums.map(({ name }) => name).filter((name) => name !== "contributor_windows");

/** The same amounts of one observation: of complete windows, but for drops and restarts. */
const ofObservation: Readonly<Record<string, string>> = {
  windows: "complete::integer",
  seconds: "CASE WHEN complete THEN window_seconds ELSE 0 END",
  active_series: "CASE WHEN complete THEN active_series ELSE 0 END",
  data_points: "CASE WHEN complete THEN data_points ELSE 0 END",
  otlp_bytes: "CASE WHEN complete THEN otlp_bytes ELSE 0 END",
  metric_names: "CASE WHEN complete THEN metric_names ELSE 0 END",
  cpu_seconds: "CASE WHEN complete AND collector_cpu_seconds <> 'NaN' THEN collector_cpu_seconds ELSE 0 END",
  cpu_known_seconds: "CASE WHEN complete AND collector_cpu_seconds <> 'NaN' THEN window_seconds ELSE 0 END",
  rss_bytes: "CASE WHEN complete THEN collector_rss_bytes ELSE 0 END",
  up_windows: "(complete AND collector_up)::integer",
  must_keep_seen: "CASE WHEN complete THEN must_keep_seen ELSE 0 END",
  must_keep_reported: "CASE WHEN complete THEN must_keep_reported ELSE 0 END",
  dropped_points: "dropped_points",
  restarts: "collector_restarts",
};

/** When windows of an arm on a host begin to count, of those first measured before the end; $1 experiment, $2 start, $3 warm-up, $4 end. */
export const cuts = `
  SELECT host_id, variant, first_start, window_seconds,
    greatest($2::timestamptz, first_start + $3 * window_seconds * interval '1 second') AS cut
  FROM observed_arms WHERE experiment_id = $1 AND first_start < $4`;

/** Times and numbers that {@link cuts} is asked with. */
export function cutParameters({ experimentId, startMs, warmupWindows, endMs }: Selection): unknown[] {
  return [experimentId, new Date(startMs).toISOString(), warmupWindows, timeText(endMs)];
}

const list = (of: (name: string) => string): string => names.map(of).join(", ");

/** Rows that sums are taken from: those of which each spans less, and what stands for the same time in fewer. */
interface Level {
  /** Length of a span of the next level, in milliseconds. */
  readonly spanMs: number;
  /** What SQL takes for the rows. */
  readonly rows: string;
  /** When a row begins. */
  readonly time: string;
  readonly amount: (name: string) => string;
}

const levels: readonly Level[] = [
  { spanMs: partMs, rows: "observations", time: "window_start", amount: (name) => ofObservation[name] ?? name },
  { spanMs: hourMs, rows: "observation_parts", time: "part_start", amount: (name) => name },
  { spanMs: quarterMs, rows: `${hourRows(names)} AS hours`, time: "at", amount: (name) => name },
];

/** How the windows that count are put together of spans: at each level where whole ones end and what is to be put right. */
type Cover = readonly Edges[];

function coverOf(begun: readonly Beginnings[], endMs: number): Cover {
  let from: Pick<Edges, "beginnings" | "lastMs"> = { beginnings: begun, lastMs: endMs };
  return levels.map(({ spanMs }) => {
    const edges = chooseEdges(from.beginnings, from.lastMs, spanMs);
    from = edges;
    return edges;
  });
}

/** When the whole spans of a level begin for a host that begins at `first`. */
function roundedSql(first: string, { onward }: Edges, spanMs: number): string {
  const at = onward ? `${first} + interval '${spanMs} milliseconds' - interval '1 microsecond'` : first;
  return `date_bin('${spanMs} milliseconds', ${at}, 'epoch')`;
}

// Quarters are taken as they were added up, and put right at both ends from hours, these from parts, and these from the
// observations: what counts and is in no such span is added, what is in such a span and does not count is subtracted.
// Rows are read by time and before they meet their hosts: one look for each host costs many times more; OFFSET keeps
// the planner from reading whole days for ranges that it does not know.
function hostSumsSql(cover: Cover): string {
  const firsts = cover.reduce((inner, edges, index) => {
    const { spanMs } = levels[index] as Level;
    return `SELECT *, ${roundedSql(`first_${index}`, edges, spanMs)} AS first_${index + 1} FROM (${inner}) AS level_${index}`;
  }, `SELECT host_id, cut AS first_0 FROM (${cuts}) AS begun WHERE variant = $5`);
  // The end and where whole spans end at each level, then the ranges of each level.
  const last = (level: number): string => (level === 0 ? "$4" : `$${5 + level}`);
  const ranges = (level: number): string => {
    const at = 6 + levels.length + 2 * level;
    return `unnest($${at}::timestamptz[], $${at + 1}::timestamptz[]) AS range (range_from, range_until)`;
  };
  const counts = (level: number): string => `(at >= first_${level} AND at < ${last(level)})::integer`;
  const edges = levels.map(
    ({ rows, time, amount }, level) => `
    SELECT host_id, ${counts(level)} - ${counts(level + 1)} AS times, ${list((name) => name)}
    FROM ${ranges(level)}, LATERAL (
      SELECT host_id, ${time} AS at, ${list((name) => `(${amount(name)})::double precision AS ${name}`)} FROM ${rows}
      WHERE experiment_id = $1 AND variant = $5 AND ${time} >= range_from AND ${time} < range_until OFFSET 0) AS edge
    JOIN firsts USING (host_id)`,
  );
  const top = levels.length;
  return `
  WITH firsts AS MATERIALIZED (${firsts}),
  edges AS (${edges.join(" UNION ALL ")}),
  sums AS (
    SELECT host_id, ${list((name) => `sum(times * ${name}) AS ${name}`)} FROM edges WHERE times <> 0 GROUP BY host_id
    UNION ALL
    SELECT host_id, ${list((name) => `sum(${name})::double precision`)} FROM ${quarterRows(names)} AS quarters
    JOIN firsts USING (host_id) WHERE variant = $5 AND at >= first_${top} AND at < ${last(top)} GROUP BY host_id
  )
  SELECT $5 AS variant, ${list((name) => `sum(${name}) AS ${name}`)} FROM sums GROUP BY host_id`;
}

/**
 * Sums of the windows that count, for each arm of each host: whole quarters of a
 * day as they were added up, put right on the shorter sides of both ends from the
 * sums of hours, at these ends from those of ten minutes, and there from the observations.
 */
export async function readHostSums(db: Queryable, selection: Selection): Promise<HostSums[]> {
  const { startMs, endMs } = selection;
  if (endMs <= startMs) return [];
  const parameters = cutParameters(selection);
  const begun = await db.query<{ first: Date; least: Date; most: Date; variants: string[] }>(
    `SELECT min(first_start) AS first, min(cut) AS least, max(cut) AS most, array_agg(DISTINCT variant) AS variants
     FROM (${cuts}) AS cuts GROUP BY date_bin('${partMs} milliseconds', cut, 'epoch')`,
    parameters,
  );
  const beginnings = begun.map(({ first, least, most }) => ({ firstMs: +first, leastMs: +least, mostMs: +most }));
  const cover = coverOf(beginnings, endMs);
  const sql = hostSumsSql(cover);
  const lasts = cover.map(({ lastMs }) => timeText(lastMs));
  const ranges = cover.flatMap((edges) => [
    edges.ranges.map(({ fromMs }) => timeText(fromMs)),
    edges.ranges.map(({ untilMs }) => timeText(untilMs)),
  ]);
  // Arms at the same time: their rows have nothing in common.
  const variants = [...new Set(begun.flatMap((group) => group.variants))];
  const rows = await Promise.all(
    variants.map((variant) =>
      db.query<Record<string, number> & { variant: string }>(sql, [...parameters, variant, ...lasts, ...ranges]),
    ),
  );
  return rows.flat().map((row) => ({
    variant: row.variant,
    windows: row.windows ?? 0,
    seconds: row.seconds ?? 0,
    activeSeries: row.active_series ?? 0,
    dataPoints: row.data_points ?? 0,
    otlpBytes: row.otlp_bytes ?? 0,
    metricNames: row.metric_names ?? 0,
    cpuSeconds: row.cpu_seconds ?? 0,
    cpuKnownSeconds: row.cpu_known_seconds ?? 0,
    rssBytes: row.rss_bytes ?? 0,
    upWindows: row.up_windows ?? 0,
    mustKeepSeen: row.must_keep_seen ?? 0,
    mustKeepReported: row.must_keep_reported ?? 0,
    droppedPoints: row.dropped_points ?? 0,
    restarts: row.restarts ?? 0,
  }));
}
