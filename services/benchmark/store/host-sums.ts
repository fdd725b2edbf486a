import type { Queryable } from "@phoenix/platform/database";
import type { HostSums } from "../kpis/index.ts";
import { chooseEdges, type Edges } from "./edge-ranges.ts";
import { hourRows } from "./roll-hours.ts";
import { hourSums, partMs } from "./sum-tables.ts";
import { timeText } from "./time-text.ts";

const hourMs = 60 * 60 * 1000;

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

/** A table's rows in ranges of time; OFFSET keeps the planner from reading whole days for ranges that it does not know. */
const inRanges = (table: string, time: string, amount: (name: string) => string, ranges: string): string => `
  unnest(${ranges}) AS range (range_from, range_until), LATERAL (
    SELECT host_id, ${time} AS at, ${list((name) => `(${amount(name)})::double precision AS ${name}`)} FROM ${table}
    WHERE experiment_id = $1 AND variant = $7 AND ${time} >= range_from AND ${time} < range_until OFFSET 0) AS edge`;
const observationsAtEdges = inRanges(
  "observations",
  "window_start",
  (name) => ofObservation[name] ?? name,
  "$5::timestamptz[], $6::timestamptz[]",
);
const partsAtEdges = inRanges(
  "observation_parts",
  "part_start",
  (name) => name,
  "$9::timestamptz[], $10::timestamptz[]",
);

// Hours are taken as they were added up, and put right at both ends from parts, and these from the observations: what
// counts and is in no such span is added, what is in such a span and does not count is subtracted.
// Rows are read by time and before they meet their hosts: one look for each host costs many times more.
const hostSumsSql = (firstPart: string, firstHour: string): string => `
  WITH cuts AS MATERIALIZED (
    SELECT host_id, cut, first_part, ${firstHour} AS first_hour
    FROM (SELECT host_id, cut, ${firstPart} AS first_part FROM (${cuts}) AS cuts WHERE variant = $7) AS cuts),
  edges AS (
    SELECT host_id, (at >= cut AND at < $4)::integer - (at >= first_part AND at < $8)::integer AS times,
      ${list((name) => name)} FROM ${observationsAtEdges} JOIN cuts USING (host_id)
    UNION ALL
    SELECT host_id, (at >= first_part AND at < $8)::integer - (at >= first_hour AND at < $11)::integer,
      ${list((name) => name)} FROM ${partsAtEdges} JOIN cuts USING (host_id)
  ),
  sums AS (
    SELECT host_id, ${list((name) => `sum(times * ${name}) AS ${name}`)} FROM edges WHERE times <> 0 GROUP BY host_id
    UNION ALL
    SELECT host_id, ${list((name) => `sum(${name})::double precision`)} FROM ${hourRows(names)} AS hours
    JOIN cuts USING (host_id) WHERE variant = $7 AND at >= first_hour AND at < $11 GROUP BY host_id
  )
  SELECT $7 AS variant, ${list((name) => `sum(${name}) AS ${name}`)} FROM sums GROUP BY host_id`;

const floorPart = `date_bin('${partMs} milliseconds', cut, 'epoch')`;
const ceilPart = `date_bin('${partMs} milliseconds', cut + interval '${partMs} milliseconds' - interval '1 microsecond', 'epoch')`;
const floorHour = "date_trunc('hour', first_part, 'UTC')";
const ceilHour = "date_trunc('hour', first_part + interval '1 hour' - interval '1 microsecond', 'UTC')";

/**
 * Sums of the windows that count, for each arm of each host: whole hours as they
 * were added up, put right on the shorter sides of both ends from the sums of
 * ten minutes, and at these ends from the observations.
 */
export async function readHostSums(db: Queryable, selection: Selection): Promise<HostSums[]> {
  const { startMs, endMs } = selection;
  if (endMs <= startMs) return [];
  const parameters = cutParameters(selection);
  const begun = await db.query<{ first: Date; least: Date; most: Date; variants: string[] }>(
    `SELECT min(first_start) AS first, min(cut) AS least, max(cut) AS most, array_agg(DISTINCT variant) AS variants
     FROM (${cuts}) AS cuts GROUP BY ${floorPart}`,
    parameters,
  );
  const beginnings = begun.map(({ first, least, most }) => ({ firstMs: +first, leastMs: +least, mostMs: +most }));
  const parts = chooseEdges(beginnings, endMs, partMs);
  const hours = chooseEdges(parts.beginnings, parts.lastMs, hourMs);
  const sql = hostSumsSql(parts.onward ? ceilPart : floorPart, hours.onward ? ceilHour : floorHour);
  const bounds = ({ lastMs, ranges }: Edges): unknown[] => [
    timeText(lastMs),
    ranges.map(({ fromMs }) => timeText(fromMs)),
    ranges.map(({ untilMs }) => timeText(untilMs)),
  ];
  const [lastPart, ...rawRanges] = bounds(parts);
  const [lastHour, ...partRanges] = bounds(hours);
  // Arms at the same time: their rows have nothing in common.
  const variants = [...new Set(begun.flatMap((group) => group.variants))];
  const rows = await Promise.all(
    variants.map((variant) =>
      db.query<Record<string, number> & { variant: string }>(sql, [
        ...parameters,
        ...rawRanges,
        ...[variant, lastPart],
        ...partRanges,
        lastHour,
      ]),
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
