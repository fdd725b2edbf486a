import type { Queryable } from "@phoenix/platform/database";
import type { HostSums } from "../kpis/index.ts";
import { hourSums } from "./sum-tables.ts";
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

/** The same sums from observations: of complete windows, but for drops and restarts; each as often as `times` says. */
const ofObservations: Readonly<Record<string, string>> = {
  windows: "sum(times) FILTER (WHERE complete)",
  seconds: "sum(times * window_seconds) FILTER (WHERE complete)",
  active_series: "sum(times * active_series) FILTER (WHERE complete)",
  data_points: "sum(times * data_points) FILTER (WHERE complete)",
  otlp_bytes: "sum(times * otlp_bytes) FILTER (WHERE complete)",
  metric_names: "sum(times * metric_names) FILTER (WHERE complete)",
  cpu_seconds: "sum(times * collector_cpu_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN')",
  cpu_known_seconds: "sum(times * window_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN')",
  rss_bytes: "sum(times * collector_rss_bytes) FILTER (WHERE complete)",
  up_windows: "sum(times) FILTER (WHERE complete AND collector_up)",
  must_keep_seen: "sum(times * must_keep_seen) FILTER (WHERE complete)",
  must_keep_reported: "sum(times * must_keep_reported) FILTER (WHERE complete)",
  dropped_points: "sum(times * dropped_points)",
  restarts: "sum(times * restarts)",
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

const rawColumns = [
  ...["window_seconds", "active_series", "data_points", "otlp_bytes", "metric_names", "dropped_points"],
  ...["collector_cpu_seconds", "collector_rss_bytes", "collector_restarts AS restarts", "collector_up", "complete"],
  ...["must_keep_seen", "must_keep_reported"],
];

// Hours are taken as they were added up, and put right from the observations at both ends: one that counts and is in
// no such hour is added, one that is in such an hour and does not count is subtracted.
// The observations are read by time and before they meet their hosts: one look for each host costs many times more.
// OFFSET keeps the planner from reading whole days for ranges that it does not know.
const rowSql = (firstHour: string): string => `
  WITH cuts AS MATERIALIZED (
    SELECT host_id, cut, ${firstHour} AS first_hour FROM (${cuts}) AS cuts WHERE variant = $7),
  raw AS (
    SELECT raw.* FROM unnest($5::timestamptz[], $6::timestamptz[]) AS range (range_from, range_until), LATERAL (
      SELECT host_id, window_start, ${rawColumns.join(", ")} FROM observations
      WHERE experiment_id = $1 AND variant = $7 AND window_start >= range_from AND window_start < range_until
      OFFSET 0) AS raw
  ),
  edge AS (
    SELECT host_id, ${names.map((name) => `${ofObservations[name]} AS ${name}`).join(", ")}
    FROM (SELECT raw.*, (window_start >= cut AND window_start < $4)::integer
        - (window_start >= first_hour AND window_start < $8)::integer AS times
      FROM raw JOIN cuts USING (host_id)) AS edges
    WHERE times <> 0 GROUP BY host_id
  ),
  hours AS (
    SELECT host_id, ${names.map((name) => `sum(${name}) AS ${name}`).join(", ")}
    FROM observation_hours JOIN cuts USING (host_id)
    WHERE experiment_id = $1 AND variant = $7 AND hour_start >= first_hour AND hour_start < $8
    GROUP BY host_id
  )
  SELECT $7 AS variant,
    ${names.map((name) => `(coalesce(hours.${name}, 0) + coalesce(edge.${name}, 0))::double precision AS ${name}`).join(",\n    ")}
  FROM hours FULL JOIN edge USING (host_id)`;

/** With the hour in which counting begins. */
const fromCutHour = rowSql("date_trunc('hour', cut, 'UTC')");

/** With the first hour that begins when counting has begun. */
const fromNextHour = rowSql("date_trunc('hour', cut + interval '1 hour' - interval '1 microsecond', 'UTC')");

/** A run of time, in milliseconds since the Unix epoch. */
interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Sums of the windows that count, for each arm of each host: whole hours as they
 * were added up, and the hours in which counting begins and ends put right from
 * the observations on their shorter sides.
 */
export async function readHostSums(db: Queryable, selection: Selection): Promise<HostSums[]> {
  const { startMs, endMs } = selection;
  if (endMs <= startMs) return [];
  const parameters = cutParameters(selection);
  const hours = await db.query<{ hour: Date; first: Date; least: Date; most: Date; variants: string[] }>(
    `SELECT date_trunc('hour', cut, 'UTC') AS hour, min(first_start) AS first, min(cut) AS least, max(cut) AS most,
       array_agg(DISTINCT variant) AS variants
     FROM (${cuts}) AS cuts GROUP BY 1 ORDER BY 1`,
    parameters,
  );
  const before = hours.map(({ hour, first, most }) => ({ fromMs: Math.max(+hour, +first), untilMs: +most }));
  const after = hours.map(({ least, most }) => ({ fromMs: +least, untilMs: Math.ceil(+most / hourMs) * hourMs }));
  const onward = lengthOf(after) < lengthOf(before);
  const end = endOf(endMs);
  const ranges = joined([...(onward ? after : before), end]);
  // Arms at the same time: their rows have nothing in common.
  const variants = [...new Set(hours.flatMap((hour) => hour.variants))];
  const rows = await Promise.all(
    variants.map((variant) =>
      db.query<Record<string, number> & { variant: string }>(onward ? fromNextHour : fromCutHour, [
        ...parameters,
        ranges.map(({ fromMs }) => timeText(fromMs)),
        ranges.map(({ untilMs }) => timeText(untilMs)),
        variant,
        timeText(end.lastHourMs),
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

function lengthOf(ranges: readonly TimeRange[]): number {
  return ranges.reduce((sum, { fromMs, untilMs }) => sum + Math.max(0, untilMs - fromMs), 0);
}

/** Where whole hours end, and the shorter side of the hour in which counting ends. */
function endOf(endMs: number): TimeRange & { lastHourMs: number } {
  // Without an end these are infinite, their differences NaN: nothing is to be put right.
  const [hour, next] = [Math.floor(endMs / hourMs) * hourMs, Math.ceil(endMs / hourMs) * hourMs];
  return next - endMs < endMs - hour
    ? { fromMs: endMs, untilMs: next, lastHourMs: next }
    : { fromMs: hour, untilMs: endMs, lastHourMs: hour };
}

/** The same time in ranges of which none is empty and none shares a moment with another. */
function joined(ranges: readonly TimeRange[]): TimeRange[] {
  const apart: TimeRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = apart.at(-1);
    const fromMs = Math.max(range.fromMs, last?.untilMs ?? range.fromMs);
    if (fromMs < range.untilMs) apart.push({ fromMs, untilMs: range.untilMs });
  }
  return apart;
}
