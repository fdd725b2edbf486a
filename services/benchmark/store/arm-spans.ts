import type { Queryable } from "@phoenix/platform/database";
import { cutParameters, cuts, type Selection } from "./host-sums.ts";

/** When an arm was measured, over all its hosts. */
export interface ArmSpan {
  readonly variant: string;
  /** Windows from here on count: the warm-up of the host that came first is over. */
  readonly fromMs: number;
  /** End of the last complete window. */
  readonly untilMs: number;
  readonly windowSeconds: number;
}

/** When each arm was measured, arms by name; only arms with a complete window that counts. */
export async function readArmSpans(db: Queryable, selection: Selection): Promise<ArmSpan[]> {
  const rows = await db.query<{ variant: string; from: Date; until: Date | null; window_seconds: number }>(
    `SELECT variant, min(cut) AS from, min(window_seconds) AS window_seconds,
       (SELECT max(window_start) + min(cuts.window_seconds) * interval '1 second' FROM metrics_cache
        WHERE experiment_id = $1 AND metrics_cache.variant = cuts.variant) AS until
     FROM (${cuts}) AS cuts GROUP BY variant ORDER BY variant`,
    cutParameters(selection),
  );
  return rows.flatMap(({ variant, from, until, window_seconds: windowSeconds }) =>
    until === null || until <= from
      ? []
      : [{ variant, fromMs: from.getTime(), untilMs: until.getTime(), windowSeconds }],
  );
}
