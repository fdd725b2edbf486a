import type { Queryable } from "@phoenix/platform/database";
import type { HyperLogLog } from "@phoenix/platform/sketch";
import { readSketch } from "./read-sketch.ts";
import { longSpanSeconds, spansOf } from "./sketch-rollup.ts";

/** Sketches of one page; 16 KiB each at most. */
const pageRows = 128;

/** Most windows that are read one by one; of more time the long spans are read. */
const mostWindows = 200;

/** A run of time that is read in spans of one length. */
export interface SpanRun {
  readonly seconds: number;
  readonly fromMs: number;
  /** First moment after the run. */
  readonly untilMs: number;
}

/** How a stretch of windows is read: one by one when it is short, else only up to the first long span. */
export function planSpans(fromMs: number, untilMs: number, windowSeconds: number): SpanRun[] {
  const whole = { seconds: windowSeconds, fromMs, untilMs };
  const long = spansOf(windowSeconds).includes(longSpanSeconds) && longSpanSeconds !== windowSeconds;
  if (!long || untilMs - fromMs <= mostWindows * windowSeconds * 1000) return [whole];
  const boundaryMs = Math.ceil(fromMs / (longSpanSeconds * 1000)) * longSpanSeconds * 1000;
  return [
    { ...whole, untilMs: boundaryMs },
    { seconds: longSpanSeconds, fromMs: boundaryMs, untilMs },
  ].filter((run) => run.fromMs < run.untilMs);
}

/** The union of the series of an arm in a span, over all hosts. */
export interface SpanSketch {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly sketch: HyperLogLog;
}

/** Reads the readable sketches of an arm, in order of time, a page at a time. */
export async function* readSpanSketches(
  db: Queryable,
  experimentId: string,
  variant: string,
  runs: readonly SpanRun[],
): AsyncGenerator<SpanSketch> {
  for (const { seconds, fromMs, untilMs } of runs) {
    for (let next = fromMs; ; ) {
      const rows = await db.query<{ span_start: Date; sketch: Buffer }>(
        `SELECT span_start, sketch FROM series_sketches
         WHERE experiment_id = $1 AND span_seconds = $2 AND span_start >= $3 AND span_start < $4 AND variant = $5
         ORDER BY span_start LIMIT ${pageRows}`,
        [experimentId, seconds, new Date(next).toISOString(), new Date(untilMs).toISOString(), variant],
      );
      for (const { span_start: start, sketch: bytes } of rows) {
        const sketch = readSketch(bytes);
        if (sketch !== undefined) yield { startMs: start.getTime(), lengthMs: seconds * 1000, sketch };
        next = start.getTime() + 1;
      }
      if (rows.length < pageRows) break;
    }
  }
}

/** The exact counts of an arm in a span: mean over its complete windows of the series of all hosts. */
export interface SpanCount {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly windowSeries: number;
}

/** Reads the exact counts of an arm in the same spans, in order of time. */
export async function readSpanCounts(
  db: Queryable,
  experimentId: string,
  variant: string,
  runs: readonly SpanRun[],
): Promise<SpanCount[]> {
  const counts: SpanCount[] = [];
  for (const { seconds, fromMs, untilMs } of runs) {
    const rows = await db.query<{ start: Date; series: number }>(
      `SELECT date_bin($5 * interval '1 second', window_start, 'epoch') AS start, avg(active_series) AS series
       FROM metrics_cache WHERE experiment_id = $1 AND variant = $2 AND window_start >= $3 AND window_start < $4
       GROUP BY 1 ORDER BY 1`,
      [experimentId, variant, new Date(fromMs).toISOString(), new Date(untilMs).toISOString(), seconds],
    );
    for (const { start, series } of rows) {
      counts.push({ startMs: start.getTime(), lengthMs: seconds * 1000, windowSeries: series });
    }
  }
  return counts;
}
