import type { Queryable } from "@phoenix/platform/database";
import type { HyperLogLog } from "@phoenix/platform/sketch";
import type { SeriesPiece } from "../kpis/index.ts";
import { readSketch } from "./read-sketch.ts";
import { readCounts } from "./span-counts.ts";
import type { Stretch } from "./span-cover.ts";
import { readSketchRows } from "./span-sketches.ts";

/** The union of the series of an arm in a span, over all hosts. */
export interface SpanSketch {
  readonly startMs: number;
  readonly sketch: HyperLogLog;
}

/** Reads the readable sketches of the windows of a stretch of an arm, in order of time, a page at a time. */
export async function* readWindowSketches(
  db: Queryable,
  experimentId: string,
  variant: string,
  { fromMs, untilMs, windowSeconds }: Stretch,
): AsyncGenerator<SpanSketch> {
  const run = { seconds: windowSeconds, fromMs, untilMs };
  for await (const { startMs, sketch: bytes } of readSketchRows(db, experimentId, variant, run)) {
    const sketch = readSketch(bytes);
    if (sketch !== undefined) yield { startMs, sketch };
  }
}

/** The series of an arm window by window, in order. */
export async function* readSeriesPieces(
  db: Queryable,
  experimentId: string,
  variant: string,
  stretch: Stretch,
): AsyncGenerator<SeriesPiece> {
  const { windowSeconds } = stretch;
  const sketches = readWindowSketches(db, experimentId, variant, stretch);
  let next = await sketches.next();
  const { ofLengths } = await readCounts(db, experimentId, variant, stretch, [windowSeconds]);
  for (const { startMs, series } of ofLengths[0] ?? []) {
    while (!next.done && next.value.startMs < startMs) next = await sketches.next();
    const sketch = !next.done && next.value.startMs === startMs ? next.value.sketch : undefined;
    yield { startMs, lengthMs: windowSeconds * 1000, windowSeries: series, sketch };
  }
}
