import type { Queryable } from "@phoenix/platform/database";
import { cutParameters, cuts, type Selection } from "./host-sums.ts";

/** When an arm was measured, over all its hosts. */
export interface ArmSpan {
  readonly variant: string;
  /** Windows from here on count: the warm-up of the host that came first is over, and no day after it was dropped. */
  readonly fromMs: number;
  /** End of the last complete window that counts. */
  readonly untilMs: number;
  readonly windowSeconds: number;
  /** Windows after it do not count, if there are any. */
  readonly goesOn: boolean;
}

/** When each arm was measured, arms by name; only arms with a complete window that counts. */
export async function readArmSpans(db: Queryable, selection: Selection): Promise<ArmSpan[]> {
  const rows = await db.query<{ variant: string; from: Date; until: Date | null; window_seconds: number }>(
    `SELECT variant, min(window_seconds) AS window_seconds,
       greatest(min(cut), (SELECT date_trunc('hour', min(part_start), 'UTC') FROM observation_parts WHERE experiment_id = $1)) AS from,
       (SELECT max(window_start) + min(cuts.window_seconds) * interval '1 second' FROM metrics_cache
        WHERE experiment_id = $1 AND metrics_cache.variant = cuts.variant AND window_start < $4) AS until
     FROM (${cuts}) AS cuts GROUP BY variant ORDER BY variant`,
    cutParameters(selection),
  );
  const goesOn = Number.isFinite(selection.endMs);
  return rows.flatMap(({ variant, from, until, window_seconds: windowSeconds }) =>
    until === null || until <= from
      ? []
      : [{ variant, fromMs: from.getTime(), untilMs: until.getTime(), windowSeconds, goesOn }],
  );
}
