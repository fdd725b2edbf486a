import type { Queryable } from "@phoenix/platform/database";
import { HyperLogLog } from "@phoenix/platform/sketch";
import { readSketch } from "./read-sketch.ts";
import { countedSpanSeconds, dividesCountedSpans } from "./sketch-rollup.ts";

/** Sketches of one page; 16 KiB each at most. */
const pageRows = 128;

/** Most windows whose sketches are read one by one; of more time the spans are read as they were counted. */
const mostWindows = 200;

/** A stretch of windows of one length. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly windowSeconds: number;
  /** Windows after it do not count, if there are any: spans that reach beyond its end hold more than it. */
  readonly goesOn: boolean;
}

/** A run of time that is read in spans of one length. */
interface SpanRun {
  readonly seconds: number;
  readonly fromMs: number;
  /** First moment after the run. */
  readonly untilMs: number;
}

/** True where a stretch is so long that spans are read as they were counted. */
export function isLong({ fromMs, untilMs, windowSeconds }: Stretch): boolean {
  return dividesCountedSpans(windowSeconds) && untilMs - fromMs > mostWindows * windowSeconds * 1000;
}

/**
 * The fewest spans that cover a stretch: of one that is cut up its windows up to the next 20 minutes, these up to the
 * next hour, then hours; and down again where it goes on after its end.
 */
function coverOf({ fromMs, untilMs, windowSeconds, goesOn }: Stretch, cutUp: boolean): SpanRun[] {
  if (!cutUp) return [{ seconds: windowSeconds, fromMs, untilMs }];
  const [short, hour] = countedSpanSeconds;
  const next = (seconds: number): number => Math.ceil(fromMs / (seconds * 1000)) * seconds * 1000;
  const last = (seconds: number): number =>
    goesOn ? Math.floor(untilMs / (seconds * 1000)) * seconds * 1000 : untilMs;
  const runs = [
    [windowSeconds, Math.min(next(short), untilMs)],
    [short, Math.min(next(hour), last(short))],
    [hour, last(hour)],
    [short, last(short)],
    [windowSeconds, untilMs],
  ] as const;
  let at = fromMs;
  return runs.flatMap(([seconds, until]) => {
    if (until <= at) return [];
    const run = { seconds, fromMs: at, untilMs: until };
    at = until;
    return [run];
  });
}

/** The union of the series of an arm in a span, over all hosts. */
export interface SpanSketch {
  readonly startMs: number;
  readonly sketch: HyperLogLog;
}

/** Reads the readable sketches that cover a stretch of an arm, in order of time, a page at a time. */
export async function* readSpanSketches(
  db: Queryable,
  experimentId: string,
  variant: string,
  stretch: Stretch,
  cutUp = isLong(stretch),
): AsyncGenerator<SpanSketch> {
  for (const { seconds, fromMs, untilMs } of coverOf(stretch, cutUp)) {
    for (let next = fromMs; next < untilMs; ) {
      const rows = await db.query<{ span_start: Date; sketch: Buffer }>(
        `SELECT span_start, sketch FROM series_sketches
         WHERE experiment_id = $1 AND span_seconds = $2 AND span_start >= $3 AND span_start < $4 AND variant = $5
         ORDER BY span_start LIMIT ${pageRows}`,
        [experimentId, seconds, new Date(next).toISOString(), new Date(untilMs).toISOString(), variant],
      );
      for (const { span_start: start, sketch: bytes } of rows) {
        const sketch = readSketch(bytes);
        if (sketch !== undefined) yield { startMs: start.getTime(), sketch };
        next = start.getTime() + 1;
      }
      if (rows.length < pageRows) break;
    }
  }
}

/** Distinct series of an arm in a span, over all hosts. */
export interface SpanCount {
  readonly startMs: number;
  readonly series: number;
}

/**
 * Distinct series of an arm in spans on the clock's grid, in order of time: as
 * the sketches say, and never less than the mean of the exact counts of the
 * windows. Those at either end may be whole or not; of one that goes on after the
 * end of the stretch, only what it has before that counts.
 */
export async function readSpanCounts(
  db: Queryable,
  experimentId: string,
  variant: string,
  spanSeconds: number,
  stretch: Stretch,
): Promise<SpanCount[]> {
  const { fromMs, untilMs, windowSeconds, goesOn } = stretch;
  const rows = await db.query<{ start: Date; series: number; exact: number }>(
    `SELECT start, exact, greatest(exact, series) AS series
     FROM (SELECT date_bin($5 * interval '1 second', window_start, 'epoch') AS start, avg(active_series) AS exact
       FROM metrics_cache WHERE experiment_id = $1 AND variant = $2 AND window_start >= $3 AND window_start < $4
       GROUP BY 1) AS windows
     LEFT JOIN series_sketches ON experiment_id = $1 AND variant = $2 AND span_seconds = $5 AND span_start = start
     ORDER BY start`,
    [experimentId, variant, new Date(fromMs).toISOString(), new Date(untilMs).toISOString(), spanSeconds],
  );
  const counts = rows.map(({ start, series, exact }) => ({ startMs: start.getTime(), series, exact }));
  const last = counts.at(-1);
  if (goesOn && last !== undefined && last.startMs + spanSeconds * 1000 > untilMs) {
    const end = { ...stretch, fromMs: Math.max(fromMs, last.startMs) };
    const union = new HyperLogLog();
    const cutUp = dividesCountedSpans(windowSeconds);
    for await (const { sketch } of readSpanSketches(db, experimentId, variant, end, cutUp)) union.merge(sketch);
    last.series = Math.max(last.exact, union.estimate());
  }
  return counts.map(({ startMs, series }) => ({ startMs, series }));
}
