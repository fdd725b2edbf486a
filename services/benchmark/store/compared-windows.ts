import type { Queryable } from "@phoenix/platform/database";
import type { ComparedWindow } from "../cost/index.ts";
import { usableCondition } from "./compared-rollup.ts";
import { cutParameters, cuts, type Selection } from "./host-sums.ts";
import { timeText } from "./time-text.ts";

/** What prices are made of: the windows that every arm delivered, and how many hosts that are. */
export interface Comparison {
  readonly windows: ComparedWindow[];
  /** Hosts that all arms were measured on. */
  readonly hosts: number;
}

interface ComparedRow {
  variant: string;
  window_start: Date;
  window_seconds: number;
  hosts: number;
  active_series: number;
  data_points: number;
  otlp_bytes: number;
  metric_names: number;
  cpu_seconds: number;
  cpu_hosts: number;
  rss_bytes: number;
}

const figures = ["active_series", "data_points", "otlp_bytes", "metric_names", "cpu_seconds", "rss_bytes"] as const;
const numbers = ["hosts", "cpu_hosts", ...figures] as const;

/** Windows that hosts which came later than others delivered within their own warm-up. */
const ofLatecomers = `
  WITH late AS (SELECT host_id, min(first_start) AS first, max(cut) AS cut FROM (${cuts}) AS cuts GROUP BY host_id HAVING max(cut) > $5),
  usable AS (
    SELECT o.*, count(*) OVER (PARTITION BY host_id, window_start) AS arms FROM observations o JOIN late USING (host_id)
    WHERE o.experiment_id = $1 AND o.window_start >= $5 AND o.window_start < $7 AND o.window_start >= late.first
      AND o.window_start < late.cut
      AND ${usableCondition}
  )
  SELECT variant, window_start, min(window_seconds) AS window_seconds, count(*)::double precision AS hosts,
    count(*) FILTER (WHERE collector_cpu_seconds <> 'NaN')::double precision AS cpu_hosts,
    sum(active_series)::double precision AS active_series, sum(data_points)::double precision AS data_points,
    sum(otlp_bytes)::double precision AS otlp_bytes, sum(metric_names)::double precision AS metric_names,
    coalesce(sum(collector_cpu_seconds) FILTER (WHERE collector_cpu_seconds <> 'NaN'), 0) AS cpu_seconds,
    sum(collector_rss_bytes)::double precision AS rss_bytes
  FROM usable WHERE arms = $6 GROUP BY variant, window_start`;

/** Reads what all arms of the experiment delivered, by time: sums over the hosts that delivered it with every arm. */
export async function readComparison(db: Queryable, selection: Selection): Promise<Comparison> {
  const parameters = cutParameters(selection);
  const [arms] = await db.query<{ arms: number; cut: Date | null; last: Date; hosts: number }>(
    `SELECT arms::integer, (SELECT max(cut) FROM (SELECT min(cut) AS cut FROM (${cuts}) AS cuts GROUP BY variant) AS first) AS cut,
       (SELECT max(cut) FROM (${cuts}) AS cuts) AS last,
       (SELECT count(*)::integer FROM (SELECT host_id FROM observed_arms WHERE experiment_id = $1 AND first_start < $4
          GROUP BY host_id HAVING count(*) = arms) AS whole) AS hosts
     FROM (SELECT count(DISTINCT variant) AS arms FROM observed_arms WHERE experiment_id = $1 AND first_start < $4) AS counted`,
    parameters,
  );
  if (arms === undefined || arms.cut === null) return { windows: [], hosts: 0 };
  const rows = await db.query<ComparedRow>(
    `SELECT variant, window_start, window_seconds, ${figures.join(", ")}, hosts::double precision,
       cpu_hosts::double precision
     FROM compared_windows WHERE experiment_id = $1 AND arms = $2 AND window_start >= $3 AND window_start < $4 AND hosts > 0
     ORDER BY window_start, variant`,
    [selection.experimentId, arms.arms, arms.cut.toISOString(), timeText(selection.endMs)],
  );
  if (arms.last > arms.cut) {
    const late = await db.query<ComparedRow>(ofLatecomers, [
      ...parameters,
      arms.cut.toISOString(),
      arms.arms,
      timeText(Math.min(arms.last.getTime(), selection.endMs)),
    ]);
    subtract(rows, late);
  }
  return { windows: rows.filter((row) => row.hosts > 0).map(windowOf), hosts: arms.hosts };
}

function subtract(rows: readonly ComparedRow[], less: readonly ComparedRow[]): void {
  const keyOf = (row: ComparedRow): string => `${row.variant}\0${row.window_start.getTime()}`;
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  for (const part of less) {
    const row = found.get(keyOf(part));
    if (row === undefined) continue;
    for (const name of numbers) row[name] -= part[name];
  }
}

function windowOf(row: ComparedRow): ComparedWindow {
  return {
    variant: row.variant,
    startMs: row.window_start.getTime(),
    lengthMs: row.window_seconds * 1000,
    hosts: row.hosts,
    activeSeries: row.active_series,
    dataPoints: row.data_points,
    otlpBytes: row.otlp_bytes,
    metricNames: row.metric_names,
    cpuSeconds: row.cpu_seconds,
    cpuHosts: row.cpu_hosts,
    rssBytes: row.rss_bytes,
  };
}
