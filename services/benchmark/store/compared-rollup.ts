import type { Tx } from "@phoenix/platform/database";
import type { Additions } from "./add-sums.ts";
import type { NewObservation } from "./observation-columns.ts";

/** What SQL takes for a window that prices may look at: watched whole, and the collector ran through it. */
export const usableCondition = "complete AND collector_up AND collector_restarts = 0";

interface UsableRow {
  experiment_id: string;
  host_id: string;
  variant: string;
  window_start: Date;
  window_seconds: number;
  active_series: string;
  data_points: string;
  otlp_bytes: string;
  metric_names: string;
  collector_cpu_seconds: number;
  collector_rss_bytes: string;
}

const keyOf = (experimentId: string, startMs: number, hostId: string): string =>
  [experimentId, startMs, hostId].join("\0");

/**
 * Adds new observations to the sums of windows by how many arms of the host
 * delivered them: the arms that were there already move up with each that comes.
 */
export async function addCompared(tx: Tx, observations: readonly NewObservation[], compared: Additions): Promise<void> {
  const usable = observations.filter((it) => it.complete && it.up && it.restarts === 0);
  if (usable.length === 0) return;
  const touched = new Map(usable.map((it) => [keyOf(it.experimentId, it.startMs, it.hostId), it]));
  const fresh = new Set(usable.map((it) => `${keyOf(it.experimentId, it.startMs, it.hostId)}\0${it.variant}`));
  const starts = usable.map((it) => it.startMs);
  const rows = await tx.query<UsableRow>(
    `SELECT o.experiment_id, o.host_id, o.variant, o.window_start, window_seconds, active_series, data_points,
       otlp_bytes, metric_names, collector_cpu_seconds, collector_rss_bytes
     FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS touched (experiment_id, window_start, host_id)
     JOIN observations o USING (experiment_id, window_start, host_id)
     WHERE o.window_start BETWEEN $4 AND $5 AND ${usableCondition}`,
    [
      [...touched.values()].map((it) => it.experimentId),
      [...touched.values()].map((it) => new Date(it.startMs).toISOString()),
      [...touched.values()].map((it) => it.hostId),
      new Date(starts.reduce((a, b) => Math.min(a, b))).toISOString(),
      new Date(starts.reduce((a, b) => Math.max(a, b))).toISOString(),
    ],
  );
  const groups = Map.groupBy(rows, (row) => keyOf(row.experiment_id, row.window_start.getTime(), row.host_id));
  for (const [key, group] of groups) {
    const before = group.filter((row) => !fresh.has(`${key}\0${row.variant}`));
    for (const row of before) add(compared, row, before.length, -1);
    for (const row of group) add(compared, row, group.length, 1);
  }
}

function add(compared: Additions, row: UsableRow, arms: number, sign: 1 | -1): void {
  const known = !Number.isNaN(row.collector_cpu_seconds);
  compared.add(
    [row.experiment_id, arms, row.window_start.toISOString(), row.variant],
    [row.window_seconds],
    [
      sign,
      sign * Number(row.active_series),
      sign * Number(row.data_points),
      sign * Number(row.otlp_bytes),
      sign * Number(row.metric_names),
      known ? sign * row.collector_cpu_seconds : 0,
      known ? sign : 0,
      sign * Number(row.collector_rss_bytes),
    ],
  );
}
