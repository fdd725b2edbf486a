import type { Tx } from "@phoenix/platform/database";
import type { NewObservation } from "./observation-columns.ts";
import { hourSums, partMs } from "./sum-tables.ts";
import { timeText } from "./time-text.ts";

const hourMs = 60 * 60 * 1000;
const names = hourSums.sums.map(({ name }) => name).join(", ");
const sums = hourSums.sums.map(({ name }) => `sum(${name})`).join(", ");

/** What SQL takes for the parts of the experiment $1 that no hour holds yet. */
export const unrolledCondition = `experiment_id = $1 AND part_start >=
  coalesce((SELECT rolled_until FROM rolled_hours WHERE experiment_id = $1), '-infinity')`;

/** What SQL takes for sums by the hour of the experiment $1: hours that are over, and the parts of the others, as `at`. */
export function hourRows(columns: readonly string[]): string {
  const list = ["variant", "host_id", ...columns].join(", ");
  return `(SELECT ${list}, hour_start AS at FROM observation_hours WHERE experiment_id = $1
    UNION ALL SELECT ${list}, part_start FROM observation_parts WHERE ${unrolledCondition})`;
}

/** Up to when each of these experiments is added up to hours, in milliseconds; those of which nothing is are left out. */
export async function readRolledHours(tx: Tx, experimentIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ experiment_id: string; rolled_until: Date }>(
    "SELECT experiment_id, rolled_until FROM rolled_hours WHERE experiment_id = ANY($1)",
    [experimentIds],
  );
  return new Map(rows.map((row) => [row.experiment_id, row.rolled_until.getTime()]));
}

/**
 * Adds the parts of hours that are over up to hours, once for all hosts: that
 * takes a fraction of adding each observation to its hour. An hour is over ten
 * minutes after its end, by the windows that came in and by the clock; what comes later is
 * added to both. The caller holds the experiments' locks.
 */
export async function rollHours(
  tx: Tx,
  observations: readonly NewObservation[],
  rolled: ReadonlyMap<string, number>,
  nowMs: number,
): Promise<void> {
  const newest = new Map<string, number>();
  for (const { experimentId, startMs } of observations) {
    newest.set(experimentId, Math.max(newest.get(experimentId) ?? startMs, startMs));
  }
  for (const [experimentId, newestMs] of newest) {
    // A host whose clock is ahead must not make hours of everyone's that have only begun.
    const untilMs = Math.floor((Math.min(newestMs, nowMs) - partMs) / hourMs) * hourMs;
    const fromMs = rolled.get(experimentId);
    if (fromMs !== undefined && fromMs >= untilMs) continue;
    await tx.query(
      `INSERT INTO observation_hours (experiment_id, variant, host_id, hour_start, ${names})
       SELECT experiment_id, variant, host_id, date_trunc('hour', part_start, 'UTC'), ${sums}
       FROM observation_parts WHERE ${unrolledCondition} AND part_start < $2 GROUP BY 1, 2, 3, 4`,
      [experimentId, timeText(untilMs)],
    );
    await tx.query(
      `INSERT INTO rolled_hours (experiment_id, rolled_until) VALUES ($1, $2)
       ON CONFLICT (experiment_id) DO UPDATE SET rolled_until = excluded.rolled_until`,
      [experimentId, timeText(untilMs)],
    );
  }
}
