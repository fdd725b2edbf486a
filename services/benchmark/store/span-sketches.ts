import type { Queryable } from "@phoenix/platform/database";
import type { SpanRun } from "./span-cover.ts";
import { timeText } from "./time-text.ts";

/** Sketches of one page; 16 KiB each at most. */
const pageRows = 128;

/** Reads the sketches of a run of spans of an arm, in order of time, a page at a time. */
export async function* readSketchRows(
  db: Queryable,
  experimentId: string,
  variant: string,
  { seconds, fromMs, untilMs }: SpanRun,
): AsyncGenerator<{ startMs: number; sketch: Uint8Array }> {
  for (let next = fromMs; next < untilMs; ) {
    const rows = await db.query<{ span_start: Date; sketch: Buffer }>(
      `SELECT span_start, sketch FROM series_sketches
       WHERE experiment_id = $1 AND span_seconds = $2 AND span_start >= $3 AND span_start < $4 AND variant = $5
       ORDER BY span_start LIMIT ${pageRows}`,
      [experimentId, seconds, timeText(next), timeText(untilMs), variant],
    );
    for (const { span_start: start, sketch } of rows) {
      yield { startMs: start.getTime(), sketch };
      next = start.getTime() + 1;
    }
    if (rows.length < pageRows) break;
  }
}
