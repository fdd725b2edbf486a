import type { Tx } from "@phoenix/platform/database";
import { HyperLogLog } from "@phoenix/platform/sketch";
import type { NewObservation } from "./observation-columns.ts";
import { mergeReadable } from "./read-sketch.ts";

/** Spans in which vendors count a series once, in seconds: 20 minutes, an hour, 2 hours and a half. */
export const countedSpanSeconds = [1200, 3600, 9000] as const;

/** True where windows of this length divide the spans in which vendors count. */
export function dividesCountedSpans(windowSeconds: number): boolean {
  return windowSeconds < countedSpanSeconds[0] && countedSpanSeconds[0] % windowSeconds === 0;
}

/** The spans that a window's sketch is merged into, in seconds: the window itself, and those in which vendors count. */
function spansOf(windowSeconds: number): readonly number[] {
  return dividesCountedSpans(windowSeconds) ? [windowSeconds, ...countedSpanSeconds] : [windowSeconds];
}

interface OpenSpan {
  readonly experimentId: string;
  readonly variant: string;
  readonly seconds: number;
  readonly startMs: number;
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
  const merged = new Set<NewObservation>();
  const windows = new Map<string, OpenSpan>();
  for (const it of observations) {
    if (!it.complete || it.sketch === null) continue;
    const { key, span } = openSpan(windows, it, it.windowSeconds);
    if (!mergeReadable(span.sketch, it.sketch)) continue;
    windows.set(key, span);
    merged.add(it);
  }
  // Hosts into windows first, and those into the spans: there are far fewer of them.
  const open = new Map(windows);
  for (const window of windows.values()) {
    for (const seconds of spansOf(window.seconds)) {
      if (seconds === window.seconds) continue;
      const { key, span } = openSpan(open, window, seconds);
      span.sketch.merge(window.sketch);
      open.set(key, span);
    }
  }
  if (open.size > 0) await writeSpans(tx, [...open.values()]);
  return merged;
}

/** The span of this length that a moment is in: one of those that are open, or an empty one. */
function openSpan(
  open: ReadonlyMap<string, OpenSpan>,
  { experimentId, variant, startMs: atMs }: Pick<OpenSpan, "experimentId" | "variant" | "startMs">,
  seconds: number,
): { key: string; span: OpenSpan } {
  const startMs = Math.floor(atMs / (seconds * 1000)) * seconds * 1000;
  const key = [experimentId, variant, seconds, startMs].join("\0");
  return { key, span: open.get(key) ?? { experimentId, variant, seconds, startMs, sketch: new HyperLogLog() } };
}

async function writeSpans(tx: Tx, spans: readonly OpenSpan[]): Promise<void> {
  const keys = [
    spans.map((span) => span.experimentId),
    spans.map((span) => span.seconds),
    spans.map((span) => new Date(span.startMs).toISOString()),
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
    const span = spans[place - 1];
    if (span !== undefined) mergeReadable(span.sketch, sketch);
  }
  await tx.query(
    `INSERT INTO series_sketches (experiment_id, span_seconds, span_start, variant, sketch, series)
     SELECT * FROM unnest($1::text[], $2::integer[], $3::timestamptz[], $4::text[], $5::bytea[], $6::double precision[])
     ON CONFLICT (experiment_id, span_seconds, span_start, variant) DO UPDATE
     SET sketch = excluded.sketch, series = excluded.series`,
    [...keys, spans.map(({ sketch }) => Buffer.from(sketch.toBytes())), spans.map(({ sketch }) => sketch.estimate())],
  );
}
