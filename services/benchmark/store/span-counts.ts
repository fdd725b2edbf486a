import type { Queryable } from "@phoenix/platform/database";
import { HyperLogLog } from "@phoenix/platform/sketch";
import { mergeReadable } from "./read-sketch.ts";
import { dividesCountedSpans } from "./sketch-rollup.ts";
import { coverOf, isLong, type SpanRun, type Stretch } from "./span-cover.ts";
import { readSketchRows } from "./span-sketches.ts";
import { timeText } from "./time-text.ts";

/** Distinct series of an arm in a span, over all hosts. */
export interface SpanCount {
  readonly startMs: number;
  readonly series: number;
}

/** Distinct series of an arm in a stretch. */
export interface SpanCounts {
  /** In spans of each length asked for, in their order; see {@link readSpanCounts}. */
  readonly ofLengths: readonly (readonly SpanCount[])[];
  /** Over the whole stretch. */
  distinct(): Promise<number>;
}

/** Counts the series of an arm in spans of several lengths at once: what they have in common is read once. */
export async function readCounts(
  db: Queryable,
  experimentId: string,
  variant: string,
  stretch: Stretch,
  spanSeconds: readonly number[],
): Promise<SpanCounts> {
  const runs = new Map<string, Promise<HyperLogLog>>();
  const unionOf: UnionOf = async (part, cutUp) => {
    const union = new HyperLogLog();
    for (const run of coverOf(part, cutUp)) {
      const key = [run.seconds, run.fromMs, run.untilMs].join(" ");
      const known = runs.get(key) ?? readUnion(db, experimentId, variant, run);
      runs.set(key, known);
      union.merge(await known);
    }
    return union;
  };
  const ofLengths = await Promise.all(
    spanSeconds.map((seconds) => readSpanCounts(db, experimentId, variant, seconds, stretch, unionOf)),
  );
  return { ofLengths, distinct: async () => (await unionOf(stretch, isLong(stretch))).estimate() };
}

/** The union of the readable sketches of a run. */
async function readUnion(db: Queryable, experimentId: string, variant: string, run: SpanRun): Promise<HyperLogLog> {
  const union = new HyperLogLog();
  for await (const { sketch } of readSketchRows(db, experimentId, variant, run)) mergeReadable(union, sketch);
  return union;
}

/** The union of the series of an arm in a stretch. */
type UnionOf = (part: Stretch, cutUp: boolean) => Promise<HyperLogLog>;

/**
 * Distinct series of an arm in spans on the clock's grid, in order of time: as
 * the sketches say, and never less than the mean of the exact counts of the
 * windows. Those at either end may be whole or not; of one that goes on after the
 * end of the stretch, only what it has before that counts.
 */
async function readSpanCounts(
  db: Queryable,
  experimentId: string,
  variant: string,
  spanSeconds: number,
  stretch: Stretch,
  unionOf: UnionOf,
): Promise<SpanCount[]> {
  const { fromMs, untilMs, windowSeconds, goesOn } = stretch;
  const rows = await db.query<{ start: Date; series: number; exact: number }>(
    `SELECT start, exact, greatest(exact, series) AS series
     FROM (SELECT date_bin($5 * interval '1 second', window_start, 'epoch') AS start, avg(active_series) AS exact
       FROM metrics_cache WHERE experiment_id = $1 AND variant = $2 AND window_start >= $3 AND window_start < $4
       GROUP BY 1) AS windows
     LEFT JOIN series_sketches ON experiment_id = $1 AND variant = $2 AND span_seconds = $5 AND span_start = start
     ORDER BY start`,
    [experimentId, variant, timeText(fromMs), timeText(untilMs), spanSeconds],
  );
  const counts = rows.map(({ start, series, exact }) => ({ startMs: start.getTime(), series, exact }));
  const last = counts.at(-1);
  if (goesOn && last !== undefined && last.startMs + spanSeconds * 1000 > untilMs) {
    const end = { ...stretch, fromMs: Math.max(fromMs, last.startMs) };
    const union = await unionOf(end, dividesCountedSpans(windowSeconds));
    last.series = Math.max(last.exact, union.estimate());
  }
  return counts.map(({ startMs, series }) => ({ startMs, series }));
}
