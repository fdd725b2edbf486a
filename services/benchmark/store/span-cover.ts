import { countedSpanSeconds, dividesCountedSpans } from "./sketch-rollup.ts";

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
export interface SpanRun {
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
export function coverOf({ fromMs, untilMs, windowSeconds, goesOn }: Stretch, cutUp: boolean): SpanRun[] {
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
