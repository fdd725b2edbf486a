import { HyperLogLog } from "@phoenix/platform/sketch";

/** The windows in which vendors count a series as active, and who counts like this. */
export const vendorWindows = [
  { window: "20m", vendors: "Grafana Cloud", seconds: 1200, onTheHour: false },
  { window: "1h", vendors: "VictoriaMetrics", seconds: 3600, onTheHour: false },
  { window: "2h30m", vendors: "Chronosphere", seconds: 9000, onTheHour: false },
  { window: "hourly-mean", vendors: "Datadog, Splunk", seconds: 3600, onTheHour: true },
] as const;

type VendorWindow = (typeof vendorWindows)[number];

/** Active series under one vendor's window. */
export interface VendorCount {
  readonly window: string;
  readonly vendors: string;
  readonly mean: number;
  readonly p95: number;
  readonly spans: number;
  /** False while less than one span was measured whole. */
  readonly complete: boolean;
}

/** Distinct series of a span, and whether it was measured from end to end. */
export interface CountedSpan {
  readonly series: number;
  readonly whole: boolean;
}

/** Puts the spans of one vendor's window together: the whole ones, or the largest part of one where none is whole. */
export function summariseSpans({ window, vendors }: VendorWindow, every: readonly CountedSpan[]): VendorCount {
  const whole = every.filter((span) => span.whole);
  const most = every.reduce((largest, { series }) => Math.max(largest, series), 0);
  const counts = whole.length > 0 ? whole.map(({ series }) => series) : every.length > 0 ? [most] : [];
  const sorted = counts.toSorted((a, b) => a - b);
  return {
    window,
    vendors,
    mean: counts.length === 0 ? 0 : counts.reduce((sum, count) => sum + count, 0) / counts.length,
    p95: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0,
    spans: counts.length,
    complete: whole.length > 0,
  };
}

/** What was seen in a piece of time, from the hosts of one arm. */
export interface SeriesPiece {
  readonly startMs: number;
  readonly lengthMs: number;
  /** Mean of the exact counts of its windows: the union is never less. */
  readonly windowSeries: number;
  /** Undefined where no sketch came. */
  readonly sketch: HyperLogLog | undefined;
}

/** Counts the distinct series of one arm from pieces that come in order of time; holds one sketch for each window. */
export interface VendorCounter {
  add(piece: SeriesPiece): void;
  /** Distinct series over all pieces; 0 where none had a sketch. */
  distinct(): number;
  counts(): VendorCount[];
}

/** Makes a counter. Spans follow each other from the first piece on, those of an hour on the clock's hours. */
export function createVendorCounter(): VendorCounter {
  const all = new HyperLogLog();
  const counters = vendorWindows.map((kind) => ({
    kind,
    counter: createSpanCounter(kind.seconds * 1000, kind.onTheHour),
  }));
  return {
    add(piece) {
      if (piece.sketch !== undefined) all.merge(piece.sketch);
      for (const { counter } of counters) counter.add(piece);
    },
    distinct: () => all.estimate(),
    counts: () => counters.map(({ kind, counter }) => summariseSpans(kind, counter.spans())),
  };
}

/** Counts spans one after the other. */
function createSpanCounter(lengthMs: number, onTheHour: boolean) {
  const closed: CountedSpan[] = [];
  const union = new HyperLogLog();
  let origin: number | undefined;
  let open: { startMs: number; firstMs: number; endMs: number; weight: number; sum: number } | undefined;

  const counted = (): CountedSpan[] => {
    if (open === undefined) return [];
    const whole = open.firstMs <= open.startMs && open.endMs >= open.startMs + lengthMs;
    return [{ series: Math.max(union.estimate(), open.weight === 0 ? 0 : open.sum / open.weight), whole }];
  };
  return {
    add({ startMs, lengthMs: pieceMs, windowSeries, sketch }: SeriesPiece): void {
      origin ??= onTheHour ? 0 : startMs;
      const spanMs = origin + Math.floor((startMs - origin) / lengthMs) * lengthMs;
      if (open?.startMs !== spanMs) {
        closed.push(...counted());
        union.clear();
        open = { startMs: spanMs, firstMs: startMs, endMs: startMs, weight: 0, sum: 0 };
      }
      open.endMs = Math.max(open.endMs, startMs + pieceMs);
      open.weight += pieceMs;
      open.sum += windowSeries * pieceMs;
      if (sketch !== undefined) union.merge(sketch);
    },
    spans: (): CountedSpan[] => [...closed, ...counted()],
  };
}
