import { judgePair, type PairWindow } from "./pairs.ts";
import type { HostTimeline } from "./panel.ts";
import type { Plan } from "./plan.ts";

/** A run of consecutive windows, the same on all hosts: the unit of statistics. */
export interface Block {
  readonly startMs: number;
  /** One entry for each host and window, delivered or not. */
  readonly windows: readonly PairWindow[];
}

/** The closed blocks of an experiment, in time order. */
export interface Blocks {
  /** Start of the first block: the warm-up ends here. Infinity before both arms delivered. */
  readonly measuredFromMs: number;
  readonly closed: readonly Block[];
}

/** Windows that others must have delivered beyond a block before it is closed without a straggler; at least this. */
const stragglerWindows = 3;

/** First and last start of each arm; an arm that never delivered has none. */
function spansOf(timelines: readonly HostTimeline[]): ({ firstMs: number; lastMs: number } | null)[] {
  return timelines
    .flatMap((timeline) => [timeline.baseline, timeline.candidate])
    .map((windows) => {
      let span: { firstMs: number; lastMs: number } | null = null;
      for (const startMs of windows.keys()) {
        span ??= { firstMs: startMs, lastMs: startMs };
        span.firstMs = Math.min(span.firstMs, startMs);
        span.lastMs = Math.max(span.lastMs, startMs);
      }
      return span;
    });
}

/** From when to when blocks are cut. */
export interface Measured {
  /** No more data will come. */
  readonly final: boolean;
  /** When all arms ran; absent takes the moment every arm that delivers had begun. */
  readonly fromMs?: number | undefined;
  /** When measuring ended; with `final`, what nobody delivered until then is lost. Absent ends with the newest window. */
  readonly endedMs?: number | undefined;
}

/**
 * Cuts the timelines into blocks on a grid that starts at the Unix epoch, so
 * that late data never shifts a block. The warm-up is counted from the moment
 * all arms ran, and ends at the next block. A block is
 * closed, and judged as it then is, when every arm has delivered its last
 * window, when the others are a block ahead of a straggler, or at the end; a
 * trailing partial block is dropped, and so is all after the last planned block.
 */
export function cutBlocks(
  timelines: readonly HostTimeline[],
  plan: Plan,
  { final, fromMs, endedMs }: Measured,
): Blocks {
  const { windowMs, blockWindows, warmupWindows, maximumBlocks } = plan;
  const blockMs = windowMs * blockWindows;
  const spans = spansOf(timelines);
  const delivering = spans.filter((span) => span !== null);
  if (delivering.length === 0) return { measuredFromMs: Number.POSITIVE_INFINITY, closed: [] };

  const begunMs = fromMs ?? delivering.reduce((latest, span) => Math.max(latest, span.firstMs), 0);
  // Before the end, silence of all hosts may be a server that was away: they deliver what they kept.
  const lastPossibleMs = final && endedMs !== undefined ? Math.floor(endedMs / windowMs) * windowMs - windowMs : 0;
  const newestMs = delivering.reduce((newest, span) => Math.max(newest, span.lastMs), lastPossibleMs);
  const slowestMs = spans.reduce((slowest, span) => Math.min(slowest, span?.lastMs ?? 0), newestMs);
  const measuredFromMs = Math.ceil((begunMs + warmupWindows * windowMs) / blockMs) * blockMs;
  const stragglerMs = final ? 0 : Math.max(blockWindows, stragglerWindows) * windowMs;

  const closed: Block[] = [];
  for (let startMs = measuredFromMs; closed.length < maximumBlocks; startMs += blockMs) {
    const lastWindowMs = startMs + blockMs - windowMs;
    if (slowestMs < lastWindowMs && newestMs < lastWindowMs + stragglerMs) break;
    const windows: PairWindow[] = [];
    for (const timeline of timelines) {
      for (let at = startMs; at <= lastWindowMs; at += windowMs) windows.push(judgePair(timeline, at));
    }
    closed.push({ startMs, windows });
  }
  return { measuredFromMs, closed };
}
