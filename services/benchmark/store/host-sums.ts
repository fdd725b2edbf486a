import type { Queryable } from "@phoenix/platform/database";
import type { HostSums } from "../kpis/index.ts";
import { hourSums } from "./sum-tables.ts";

const hourMs = 60 * 60 * 1000;

/** Windows that count: from a time on, after the warm-up of each arm on each host. */
export interface Selection {
  readonly experimentId: string;
  /** Windows thrown away at the start of each arm on each host. */
  readonly warmupWindows: number;
  /** Windows that start before do not count. */
  readonly startMs: number;
}

const names = hourSums.sums.map(({ name }) => name).filter((name) => name !== "contributor_windows");

/** The same sums from observations: of complete windows, but for drops and restarts. */
const ofObservations: Readonly<Record<string, string>> = {
  windows: "count(*) FILTER (WHERE complete)",
  seconds: "sum(window_seconds) FILTER (WHERE complete)",
  active_series: "sum(active_series) FILTER (WHERE complete)",
  data_points: "sum(data_points) FILTER (WHERE complete)",
  otlp_bytes: "sum(otlp_bytes) FILTER (WHERE complete)",
  metric_names: "sum(metric_names) FILTER (WHERE complete)",
  cpu_seconds: "sum(collector_cpu_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN')",
  cpu_known_seconds: "sum(window_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN')",
  rss_bytes: "sum(collector_rss_bytes) FILTER (WHERE complete)",
  up_windows: "count(*) FILTER (WHERE complete AND collector_up)",
  must_keep_seen: "sum(must_keep_seen) FILTER (WHERE complete)",
  must_keep_reported: "sum(must_keep_reported) FILTER (WHERE complete)",
  dropped_points: "sum(dropped_points)",
  restarts: "sum(restarts)",
};

/** When windows of an arm on a host begin to count; $1 experiment, $2 start, $3 warm-up. */
export const cuts = `
  SELECT host_id, variant, first_start, window_seconds,
    greatest($2::timestamptz, first_start + $3 * window_seconds * interval '1 second') AS cut
  FROM observed_arms WHERE experiment_id = $1`;

/** Times and numbers that {@link cuts} is asked with. */
export function cutParameters({ experimentId, startMs, warmupWindows }: Selection): unknown[] {
  return [experimentId, new Date(startMs).toISOString(), warmupWindows];
}

const rawColumns = [
  ...["window_seconds", "active_series", "data_points", "otlp_bytes", "metric_names", "dropped_points"],
  ...["collector_cpu_seconds", "collector_rss_bytes", "collector_restarts AS restarts", "collector_up", "complete"],
  ...["must_keep_seen", "must_keep_reported"],
];

// The observations are read by time and before they meet their hosts: one look for each host costs many times more.
const rowSql = (from: string, onward: boolean): string => `
  WITH cuts AS MATERIALIZED (
    SELECT host_id, variant, cut, date_trunc('hour', cut, 'UTC') AS hour,
      date_trunc('hour', cut + interval '1 hour' - interval '1 microsecond', 'UTC') AS next_hour
    FROM (${cuts}) AS cuts WHERE variant = $6),
  raw AS MATERIALIZED (
    SELECT host_id, variant, window_start, ${rawColumns.join(", ")}
    FROM unnest($4::timestamptz[], $5::timestamptz[]) AS range (range_from, range_until)
    JOIN observations ON window_start >= range_from AND window_start < range_until
    WHERE experiment_id = $1 AND variant = $6
  ),
  edge AS (
    SELECT host_id, variant, ${names.map((name) => `${ofObservations[name]} AS ${name}`).join(", ")}
    FROM raw JOIN cuts USING (host_id, variant) WHERE ${from}
    GROUP BY host_id, variant
  ),
  hours AS (
    SELECT host_id, variant, ${names.map((name) => `sum(${name}) AS ${name}`).join(", ")}
    FROM observation_hours JOIN cuts USING (host_id, variant)
    WHERE experiment_id = $1 AND variant = $6 AND hour_start >= ${onward ? "next_hour" : "hour"}
    GROUP BY host_id, variant
  )
  SELECT coalesce(hours.variant, edge.variant) AS variant,
    ${names.map((name) => `(coalesce(hours.${name}, 0) ${onward ? "+" : "-"} coalesce(edge.${name}, 0))::double precision AS ${name}`).join(",\n    ")}
  FROM hours FULL JOIN edge ON edge.host_id = hours.host_id AND edge.variant = hours.variant`;

/** The first hour less what it has before the cut. */
const lessBefore = rowSql("window_start >= hour AND window_start < cut", false);

/** What the first hour has from the cut on, and the hours after it. */
const plusAfter = rowSql("window_start >= cut AND window_start < next_hour", true);

/**
 * Sums of the windows that count, for each arm of each host: whole hours as they
 * were added up, and the hour in which counting begins put right from the
 * observations on its shorter side.
 */
export async function readHostSums(db: Queryable, selection: Selection): Promise<HostSums[]> {
  const parameters = cutParameters(selection);
  const hours = await db.query<{ hour: Date; first: Date; least: Date; most: Date; variants: string[] }>(
    `SELECT date_trunc('hour', cut, 'UTC') AS hour, min(first_start) AS first, min(cut) AS least, max(cut) AS most,
       array_agg(DISTINCT variant) AS variants
     FROM (${cuts}) AS cuts GROUP BY 1 ORDER BY 1`,
    parameters,
  );
  const before = hours.map(({ hour, first, most }) => ({ from: Math.max(+hour, +first), until: +most }));
  const after = hours.map(({ least, most }) => ({ from: +least, until: Math.ceil(+most / hourMs) * hourMs }));
  const onward = lengthOf(after) < lengthOf(before);
  const ranges = (onward ? after : before).filter(({ from, until }) => from < until);
  const bounds = [
    ranges.map(({ from }) => new Date(from).toISOString()),
    ranges.map(({ until }) => new Date(until).toISOString()),
  ];
  // Arms at the same time: their rows have nothing in common.
  const variants = [...new Set(hours.flatMap((hour) => hour.variants))];
  const rows = await Promise.all(
    variants.map((variant) =>
      db.query<Record<string, number> & { variant: string }>(onward ? plusAfter : lessBefore, [
        ...parameters,
        ...bounds,
        variant,
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

function lengthOf(ranges: readonly { from: number; until: number }[]): number {
  return ranges.reduce((sum, { from, until }) => sum + Math.max(0, until - from), 0);
}
