import { isWholeWindow, logRatio, type MeasuredWindow, pairLossLimitRatio, sampleOf } from "../verdict/index.ts";

/** One host before and after: what its own baseline sent, and what it sends now. */
export interface HostHistory {
  readonly hostId: string;
  /** Windows of the host's baseline during the experiment. */
  readonly before: readonly MeasuredWindow[];
  /** Windows of the collector that runs for real since the promotion. */
  readonly after: readonly MeasuredWindow[];
}

/** How time is cut. */
export interface BlockGrid {
  readonly windowMs: number;
  readonly blockWindows: number;
  /** Blocks that begin before do not count. */
  readonly startMs: number;
}

/** A host's change against itself, block by block. */
export interface HostChange {
  readonly hostId: string;
  /** Mean of active series in its baseline's windows. */
  readonly baselineMean: number;
  /** ln((series in the block + ½)/(own baseline mean + ½)) by start of the block. */
  readonly byBlock: ReadonlyMap<number, number>;
}

/**
 * Measures a host against itself in blocks on the grid of the Unix epoch. A
 * block counts when at most a tenth of its windows is missing or spoiled. Null
 * of a host with no baseline, or with no block since.
 */
export function hostChange({ hostId, before, after }: HostHistory, grid: BlockGrid): HostChange | null {
  const { windowMs, blockWindows, startMs } = grid;
  const blockMs = windowMs * blockWindows;
  const own = sampleOf(before.filter(isWholeWindow).map((window) => window.activeSeries));
  if (own.count === 0) return null;

  const blocks = new Map<number, Map<number, number>>();
  for (const window of after) {
    const block = Math.floor(window.startMs / blockMs) * blockMs;
    const onGrid = window.lengthMs === windowMs && window.startMs % windowMs === 0;
    if (block < startMs || !onGrid || !isWholeWindow(window)) continue;
    const series = blocks.get(block) ?? new Map<number, number>();
    series.set(window.startMs, window.activeSeries);
    blocks.set(block, series);
  }
  const byBlock = new Map<number, number>();
  for (const [block, series] of blocks) {
    if (series.size < (1 - pairLossLimitRatio) * blockWindows) continue;
    byBlock.set(block, logRatio(sampleOf(series.values()).mean, own.mean));
  }
  return byBlock.size === 0 ? null : { hostId, baselineMean: own.mean, byBlock };
}
