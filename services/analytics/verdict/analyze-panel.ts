import type { Interval } from "./anytime-t.ts";
import { correlationTime, lagOneAutocorrelation } from "./autocorrelation.ts";
import type { BlockMeans } from "./block-means.ts";
import { type Decision, decide } from "./decide.ts";
import { type MeasuredRatio, measureRatio, reductionOf } from "./effect.ts";
import { logRatio } from "./log-ratio.ts";
import type { PanelInput } from "./panel-input.ts";
import { findingStreakBlocks, generalHosts, pairLossLimitRatio } from "./plan.ts";
import { nothingToKeep } from "./retention.ts";
import { counted, percent } from "./wording.ts";

/** Fewest blocks for a promotion, the same in both profiles (Bmin). */
const minimumBlocks = 8;

/** What a panel says. Numbers that are not there are null. */
export interface PanelAnalysis {
  /** Blocks that count. */
  readonly blocks: number;
  /** z_k of each block that counts, in time order. */
  readonly blockLogRatios: readonly number[];
  /** ln(candidate / baseline), the mean of z_k. */
  readonly theta: number | null;
  readonly standardError: number | null;
  /** Half-width of the interval, a log ratio; null while it is infinite, and so are its ends. */
  readonly radius: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** 1 − e^θ and its interval: positive is less. */
  readonly reduction: { readonly estimate: number | null; readonly low: number | null; readonly high: number | null };
  /** Final: a file has no more data to come. */
  readonly decision: Exclude<Decision, "continue">;
  /** Why, and then what weakens it. */
  readonly reasons: readonly string[];
}

/** The windows of a panel, block by block. */
interface PanelBlock {
  readonly means: BlockMeans;
  /** Share of its pair-windows that is missing. */
  readonly lossRatio: number;
}

/** Means over the pair-windows of each host in one block: a pair counts when both arms have the window. */
function panelBlock({ baseline, candidate, blockWindows }: PanelInput, index: number): PanelBlock {
  const from = index * blockWindows;
  let pairs = 0;
  const means = baseline.flatMap((row, host) => {
    const other = candidate[host] ?? [];
    const sums = { baseline: 0, candidate: 0 };
    let own = 0;
    for (let window = from; window < from + blockWindows; window++) {
      const [ours, theirs] = [row[window] ?? null, other[window] ?? null];
      if (ours === null || theirs === null) continue;
      sums.baseline += ours;
      sums.candidate += theirs;
      own += 1;
    }
    pairs += own;
    return own === 0 ? [] : [{ hostId: String(host), baseline: sums.baseline / own, candidate: sums.candidate / own }];
  });
  return { means, lossRatio: 1 - pairs / (blockWindows * baseline.length) };
}

/** True when at most a tenth of the pair-windows is missing; with room for the rounding of the ratio. */
function counts({ lossRatio }: PanelBlock): boolean {
  return lossRatio <= pairLossLimitRatio + 1e-12;
}

function untrusted(blocks: readonly PanelBlock[]): string | null {
  let streak = 0;
  for (const block of blocks) {
    streak = counts(block) ? 0 : streak + 1;
    if (streak < findingStreakBlocks) continue;
    return `more than ${percent(pairLossLimitRatio)} of the window pairs are missing in ${counted(streak, "block")} in a row`;
  }
  if (blocks.length > 0 && !blocks.some(counts)) {
    return `no block has ${percent(1 - pairLossLimitRatio)} of its window pairs`;
  }
  return null;
}

/** Log ratios window by window, one series for each unbroken run on a host. */
function windowRuns({ baseline, candidate }: PanelInput): number[][] {
  return baseline.flatMap((row, host) => {
    const runs: number[][] = [[]];
    row.forEach((ours, window) => {
      const theirs = candidate[host]?.[window] ?? null;
      if (ours === null || theirs === null) runs.push([]);
      else runs.at(-1)?.push(logRatio(theirs, ours));
    });
    return runs;
  });
}

function caveats(input: PanelInput, blocks: readonly PanelBlock[], ratio: MeasuredRatio): string[] {
  const { baseline, blockWindows } = input;
  const found: string[] = [];
  if (baseline.length < generalHosts) {
    found.push(`${counted(baseline.length, "host")}, so the answer is about these hosts only`);
  }
  const bad = blocks.filter((block) => !counts(block)).length;
  if (bad > 0)
    found.push(`${counted(bad, "block")} left out: more than ${percent(pairLossLimitRatio)} of the pairs are missing`);
  const trailing = (baseline[0]?.length ?? 0) - blocks.length * blockWindows;
  if (trailing > 0) found.push(`${counted(trailing, "window")} at the end left out: they fill no block`);
  const tau = correlationTime(lagOneAutocorrelation(windowRuns(input)));
  if (blockWindows < 2 * tau) {
    found.push(
      `blocks of ${counted(blockWindows, "window")} are shorter than twice the correlation time (${(2 * tau).toFixed(1)} windows)`,
    );
  }
  // 2/√B: two standard errors of a lag-1 autocorrelation when there is none (Bartlett 1946).
  const lagOne = lagOneAutocorrelation([ratio.blockLogRatios]);
  if (ratio.blockLogRatios.length >= 2 && lagOne > 2 / Math.sqrt(ratio.blockLogRatios.length)) {
    found.push(`neighbouring blocks are correlated (${lagOne.toFixed(2)}), so the interval is too narrow`);
  }
  return found;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Both ends, or neither. */
function endsOf(interval: Interval): { low: number | null; high: number | null } {
  const bounded = Number.isFinite(interval.low) && Number.isFinite(interval.high);
  return bounded ? { low: interval.low, high: interval.high } : { low: null, high: null };
}

/**
 * Judges a panel of counts by its primary effect alone, with the functions of
 * the verdict: pairs, blocks, anytime-valid interval, rule. The file is all
 * there is, so the decision is final; fewer than three hosts are judged as
 * these hosts only, and the reasons say so.
 */
export function analyzePanel(input: PanelInput): PanelAnalysis {
  const { baseline, blockWindows, estimator, g, alpha, minimumReduction } = input;
  const windows = baseline[0]?.length ?? 0;
  const blocks = Array.from({ length: Math.floor(windows / blockWindows) }, (_, index) => panelBlock(input, index));
  const means = blocks.filter(counts).map((block) => block.means);
  const ratio = measureRatio(means, { estimator, g, alpha: 2 * alpha, offsetBlocks: Number.POSITIVE_INFINITY });
  const { decision, reason } = decide({
    plan: {
      minimumBlocks,
      maximumBlocks: Number.POSITIVE_INFINITY,
      minimumReductionRatio: minimumReduction,
      scopeAccepted: true,
    },
    final: true,
    closedBlocks: means.length,
    untrusted: untrusted(blocks),
    hardRejection: null,
    primary: ratio,
    guardrails: [],
    retention: nothingToKeep,
    faults: { windows: 0, tolerable: true },
  });

  const measured = means.length > 0;
  const { low, high } = endsOf(ratio.logRatio);
  const reduction = reductionOf(ratio.logRatio);
  return {
    blocks: means.length,
    blockLogRatios: ratio.blockLogRatios,
    theta: measured ? finite(ratio.estimate.mean) : null,
    standardError: finite(ratio.estimate.standardError),
    radius: low === null || high === null ? null : (high - low) / 2,
    lower: low,
    upper: high,
    reduction: { estimate: measured ? finite(reduction.estimate) : null, ...endsOf(reduction) },
    // A final analysis never goes on; what could not be said is inconclusive.
    decision: decision === "continue" ? "inconclusive" : decision,
    reasons: [reason, ...caveats(input, blocks, ratio)],
  };
}
