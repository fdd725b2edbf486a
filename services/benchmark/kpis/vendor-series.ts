import { HyperLogLog } from "@phoenix/platform/sketch";

const minuteMs = 60_000;

/** The windows in which vendors count a series as active, and who counts like this. */
const vendorWindows = [
  { window: "20m", vendors: "Grafana Cloud", lengthMs: 20 * minuteMs, onTheHour: false },
  { window: "1h", vendors: "VictoriaMetrics", lengthMs: 60 * minuteMs, onTheHour: false },
  { window: "2h30m", vendors: "Chronosphere", lengthMs: 150 * minuteMs, onTheHour: false },
  { window: "hourly-mean", vendors: "Datadog, Splunk", lengthMs: 60 * minuteMs, onTheHour: true },
] as const;

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
  /** Distinct series over all pieces. */
  distinct(): number;
  counts(): VendorCount[];
}

/** Makes a counter. Spans follow each other from the first piece on, those of an hour on the clock's hours. */
export function createVendorCounter(): VendorCounter {
  const all = new HyperLogLog();
  let most = 0;
  const windows = vendorWindows.map((kind) => ({ kind, counter: createSpanCounter(kind.lengthMs, kind.onTheHour) }));
  return {
    add(piece) {
      if (piece.sketch !== undefined) all.merge(piece.sketch);
      most = Math.max(most, piece.windowSeries);
      for (const { counter } of windows) counter.add(piece);
    },
    // Without any sketch the largest window is the least that there were.
    distinct: () => all.estimate() || most,
    counts: () =>
      windows.map(({ kind: { window, vendors }, counter }) => {
        const { counts, complete } = counter.finish();
        const sorted = counts.toSorted((a, b) => a - b);
        return {
          window,
          vendors,
          mean: counts.length === 0 ? 0 : counts.reduce((sum, count) => sum + count, 0) / counts.length,
          p95: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0,
          spans: counts.length,
          complete,
        };
      }),
  };
}

/** Counts spans one after the other; those that were not measured from end to end count only where none was. */
function createSpanCounter(lengthMs: number, onTheHour: boolean) {
  const closed: { count: number; whole: boolean }[] = [];
  const union = new HyperLogLog();
  let origin: number | undefined;
  let open: { startMs: number; firstMs: number; endMs: number; weight: number; sum: number } | undefined;

  const counted = (): { count: number; whole: boolean } | undefined => {
    if (open === undefined) return undefined;
    const exact = open.weight === 0 ? 0 : open.sum / open.weight;
    const whole = open.firstMs <= open.startMs && open.endMs >= open.startMs + lengthMs;
    return { count: Math.max(union.estimate(), exact), whole };
  };
  return {
    add({ startMs, lengthMs: pieceMs, windowSeries, sketch }: SeriesPiece): void {
      origin ??= onTheHour ? 0 : startMs;
      const spanMs = origin + Math.floor((startMs - origin) / lengthMs) * lengthMs;
      if (open?.startMs !== spanMs) {
        const before = counted();
        if (before !== undefined) closed.push(before);
        union.clear();
        open = { startMs: spanMs, firstMs: startMs, endMs: startMs, weight: 0, sum: 0 };
      }
      open.endMs = Math.max(open.endMs, startMs + pieceMs);
      open.weight += pieceMs;
      open.sum += windowSeries * pieceMs;
      if (sketch !== undefined) union.merge(sketch);
    },
    finish(): { counts: number[]; complete: boolean } {
      const last = counted();
      const every = last === undefined ? closed : [...closed, last];
      const whole = every.filter((span) => span.whole);
      const counts = (whole.length > 0 ? whole : every).map(({ count }) => count);
      return { counts, complete: whole.length > 0 };
    },
  };
}
