import type { Queryable } from "@phoenix/platform/database";
import { timeText } from "./time-text.ts";

/** KPIs of one arm in a step of time; CPU is null where no agent could tell. */
export interface KpiRow {
  variant: string;
  window_start: Date;
  active_series: number;
  data_points: number;
  otlp_bytes: number;
  metric_names: number;
  collector_cpu: number | null;
  collector_rss: number;
}

/** Most points of a series: more than a chart has pixels for is of no use. */
const mostPoints = 500;

/**
 * KPIs of the windows that start before a time, by arm and time: every window while they are few, else means
 * over equal steps of whole windows. Days whose observations were dropped too.
 */
export async function readKpiRows(db: Queryable, experimentId: string, endMs: number): Promise<KpiRow[]> {
  const [range] = await db.query<{ first: Date | null; last: Date; seconds: number }>(
    `SELECT min(window_start) AS first, max(window_start) AS last, min(window_seconds) AS seconds
     FROM metrics_cache WHERE experiment_id = $1 AND window_start < $2`,
    [experimentId, timeText(endMs)],
  );
  if (range === undefined || range.first === null) return [];
  const windows = (range.last.getTime() - range.first.getTime()) / (range.seconds * 1000) + 1;
  const stepSeconds = range.seconds * Math.ceil(windows / mostPoints);
  return await db.query<KpiRow>(
    `SELECT variant, date_bin($2 * interval '1 second', window_start, $3) AS window_start,
       avg(active_series) AS active_series, avg(data_points) AS data_points, avg(otlp_bytes) AS otlp_bytes,
       avg(metric_names) AS metric_names, sum(collector_cpu) / nullif(sum(cpu_hosts), 0) AS collector_cpu,
       sum(collector_rss) / sum(hosts) AS collector_rss
     FROM metrics_cache WHERE experiment_id = $1 AND window_start < $4 GROUP BY 1, 2 ORDER BY 1, 2`,
    [experimentId, stepSeconds, range.first.toISOString(), timeText(endMs)],
  );
}
