import type { Tx } from "@phoenix/platform/database";
import { HyperLogLog } from "@phoenix/platform/sketch";
import type { NewObservation } from "./observation-columns.ts";
import { readSketch } from "./read-sketch.ts";

/** Length of the longer spans that sketches are merged over, in seconds; it divides every vendor's window. */
export const longSpanSeconds = 600;

/** The spans that a window's sketch is merged into, in seconds: the window itself, and the long one where windows divide it. */
export function spansOf(windowSeconds: number): number[] {
  const divides = windowSeconds < longSpanSeconds && longSpanSeconds % windowSeconds === 0;
  return divides ? [windowSeconds, longSpanSeconds] : [windowSeconds];
}

interface OpenSpan {
  readonly experimentId: string;
  readonly variant: string;
  readonly seconds: number;
  readonly start: string;
  readonly sketch: HyperLogLog;
}

/**
 * Merges the sketches of new observations into those of their spans, over all
 * hosts; gives the observations that had a readable one. The caller holds the
 * experiments' locks: between reading a span and writing it nobody else does.
 */
export async function mergeSketches(
  tx: Tx,
  observations: readonly NewObservation[],
): Promise<ReadonlySet<NewObservation>> {
  const open = new Map<string, OpenSpan>();
  const merged = new Set<NewObservation>();
  for (const it of observations) {
    const own = it.complete && it.sketch !== null ? readSketch(it.sketch) : undefined;
    if (own === undefined) continue;
    merged.add(it);
    for (const seconds of spansOf(it.windowSeconds)) {
      const start = new Date(Math.floor(it.startMs / (seconds * 1000)) * seconds * 1000).toISOString();
      const key = [it.experimentId, it.variant, seconds, start].join("\0");
      const span = open.get(key) ?? {
        ...{ experimentId: it.experimentId, variant: it.variant, seconds, start },
        sketch: new HyperLogLog(),
      };
      span.sketch.merge(own);
      open.set(key, span);
    }
  }
  if (open.size > 0) await writeSpans(tx, open);
  return merged;
}

async function writeSpans(tx: Tx, open: ReadonlyMap<string, OpenSpan>): Promise<void> {
  const spans = [...open.values()];
  const keys = [
    spans.map((span) => span.experimentId),
    spans.map((span) => span.seconds),
    spans.map((span) => span.start),
    spans.map((span) => span.variant),
  ];
  const found = await tx.query<{ place: number; sketch: Buffer }>(
    `SELECT place::integer, sketch
     FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::text[]) WITH ORDINALITY
       AS touched (experiment_id, span_seconds, span_start, variant, place)
     JOIN series_sketches USING (experiment_id, span_seconds, span_start, variant)`,
    keys,
  );
  for (const { place, sketch } of found) {
    const before = readSketch(sketch);
    if (before !== undefined) spans[place - 1]?.sketch.merge(before);
  }
  await tx.query(
    `INSERT INTO series_sketches (experiment_id, span_seconds, span_start, variant, sketch)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::text[], $5::bytea[])
     ON CONFLICT (experiment_id, span_seconds, span_start, variant) DO UPDATE SET sketch = excluded.sketch`,
    [...keys, spans.map((span) => Buffer.from(span.sketch.toBytes()))],
  );
}
