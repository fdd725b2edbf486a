import type { Tx } from "@phoenix/platform/database";
import type { NewObservation } from "./observation-columns.ts";
import { hourMs, hourSums, partMs, quarterMs } from "./sum-tables.ts";
import { timeText } from "./time-text.ts";

const names = hourSums.sums.map(({ name }) => name).join(", ");
const sums = hourSums.sums.map(({ name }) => `sum(${name})`).join(", ");

/** Up to when an experiment is added up, in milliseconds since the Unix epoch. */
export interface RolledUp {
  /** Parts before it are added up to hours. */
  readonly hoursUntilMs: number;
  /** Hours before it are added up to quarters of a day; never after the other. */
  readonly quartersUntilMs: number;
}

/** Of an experiment of which nothing is added up. */
export const neverRolled: RolledUp = {
  hoursUntilMs: Number.NEGATIVE_INFINITY,
  quartersUntilMs: Number.NEGATIVE_INFINITY,
};

const from = (column: string): string =>
  `coalesce((SELECT ${column} FROM rolled_hours WHERE experiment_id = $1), '-infinity')`;
/** What SQL takes for the parts of the experiment $1 that no hour holds yet. */
const unrolledParts = `experiment_id = $1 AND part_start >= ${from("rolled_until")}`;
/** What SQL takes for its hours that no quarter holds yet. */
const unrolledHours = `experiment_id = $1 AND hour_start >= ${from("quarters_until")}`;

/** What SQL takes for sums by the hour of the experiment $1: hours that are over, and the parts of the others, as `at`. */
export function hourRows(columns: readonly string[]): string {
  const list = ["experiment_id", "variant", "host_id", ...columns].join(", ");
  return `(SELECT ${list}, hour_start AS at FROM observation_hours WHERE experiment_id = $1
    UNION ALL SELECT ${list}, part_start FROM observation_parts WHERE ${unrolledParts})`;
}

/** The same by the quarter of a day: quarters that are over, and the hours and parts of the others. */
export function quarterRows(columns: readonly string[]): string {
  const list = ["experiment_id", "variant", "host_id", ...columns].join(", ");
  return `(SELECT ${list}, quarter_start AS at FROM observation_quarters WHERE experiment_id = $1
    UNION ALL SELECT ${list}, hour_start FROM observation_hours WHERE ${unrolledHours}
    UNION ALL SELECT ${list}, part_start FROM observation_parts WHERE ${unrolledParts})`;
}

/** Up to when each of these experiments is added up; those of which nothing is are left out. */
export async function readRolledUp(tx: Tx, experimentIds: readonly string[]): Promise<Map<string, RolledUp>> {
  const rows = await tx.query<{ experiment_id: string; hours: number; quarters: number }>(
    `SELECT experiment_id, extract(epoch FROM rolled_until)::double precision * 1000 AS hours,
       extract(epoch FROM quarters_until)::double precision * 1000 AS quarters
     FROM rolled_hours WHERE experiment_id = ANY($1)`,
    [experimentIds],
  );
  return new Map(rows.map((row) => [row.experiment_id, { hoursUntilMs: row.hours, quartersUntilMs: row.quarters }]));
}

/**
 * Adds the parts of hours that are over up to hours, and these to quarters of a
 * day, once for all hosts: that takes a fraction of adding each observation to
 * its hour. An hour is over ten minutes after its end, by the windows that came
 * in and by the clock; what comes later is added to all. The caller holds the experiments' locks.
 */
export async function rollUp(
  tx: Tx,
  observations: readonly NewObservation[],
  rolled: ReadonlyMap<string, RolledUp>,
  nowMs: number,
): Promise<void> {
  const newest = new Map<string, number>();
  for (const { experimentId, startMs } of observations) {
    newest.set(experimentId, Math.max(newest.get(experimentId) ?? startMs, startMs));
  }
  for (const [experimentId, newestMs] of newest) {
    // A host whose clock is ahead must not make hours of everyone's that have only begun.
    const untilMs = Math.floor((Math.min(newestMs, nowMs) - partMs) / hourMs) * hourMs;
    const { hoursUntilMs, quartersUntilMs } = rolled.get(experimentId) ?? neverRolled;
    if (hoursUntilMs >= untilMs) continue;
    await tx.query(
      `INSERT INTO observation_hours (experiment_id, variant, host_id, hour_start, ${names})
       SELECT experiment_id, variant, host_id, date_trunc('hour', part_start, 'UTC'), ${sums}
       FROM observation_parts WHERE ${unrolledParts} AND part_start < $2 GROUP BY 1, 2, 3, 4`,
      [experimentId, timeText(untilMs)],
    );
    const quarterUntilMs = Math.floor(untilMs / quarterMs) * quarterMs;
    if (quarterUntilMs > quartersUntilMs) {
      await tx.query(
        `INSERT INTO observation_quarters (experiment_id, variant, host_id, quarter_start, ${names})
         SELECT experiment_id, variant, host_id, date_bin('6 hours', hour_start, 'epoch'), ${sums}
         FROM observation_hours WHERE ${unrolledHours} AND hour_start < $2 GROUP BY 1, 2, 3, 4`,
        [experimentId, timeText(quarterUntilMs)],
      );
    }
    await tx.query(
      `INSERT INTO rolled_hours (experiment_id, rolled_until, quarters_until) VALUES ($1, $2, $3)
       ON CONFLICT (experiment_id) DO UPDATE
       SET rolled_until = excluded.rolled_until, quarters_until = excluded.quarters_until`,
      [experimentId, timeText(untilMs), timeText(quarterUntilMs)],
    );
  }
}
