import {
  anytimeInterval,
  correlationTime,
  counted,
  generalHosts,
  type Interval,
  lagOneAutocorrelation,
  reductionOf,
  reductionPhrase,
  sampleOf,
  standardErrorFloor,
} from "../verdict/index.ts";
import { type BlockGrid, type HostChange, type HostHistory, hostChange } from "./host-blocks.ts";

export type { HostHistory } from "./host-blocks.ts";

/** Share of a group's hosts that a block must have. */
const fewestHostsRatio = 0.5;

/** What the realised saving is measured from. */
export interface RealisedInput {
  readonly windowMs: number;
  readonly blockWindows: number;
  /** One-sided error rate of the plan; the interval's two-sided level is twice it. */
  readonly alpha: number;
  /** Prior weight of the anytime-valid interval, in blocks. */
  readonly g: number;
  /** When the promotion was over, in milliseconds since the Unix epoch: blocks that begin before do not count. */
  readonly startMs: number;
  readonly promoted: readonly HostHistory[];
  readonly heldBack: readonly HostHistory[];
  /** Reduction of active series that the verdict promised; null where no verdict is kept. */
  readonly promised: Interval | null;
}

/** What a promotion really saves. */
export interface RealisedSaving {
  /** Reduction of active series; infinite ends before there is enough. */
  readonly realised: Interval;
  /** Blocks it stands on. */
  readonly blocks: number;
  /** Hosts of each group with a baseline and a block since. */
  readonly promotedHosts: number;
  readonly heldBackHosts: number;
  readonly scope: "these hosts only" | "hosts like these";
  /** What it says against the promise, in one sentence. */
  readonly detail: string;
}

/** z_k of every block in which both groups have enough hosts, in time order. */
function blockDifferences(promoted: readonly HostChange[], heldBack: readonly HostChange[]): number[] {
  const starts = new Set([...promoted, ...heldBack].flatMap((host) => [...host.byBlock.keys()]));
  const meanOf = (group: readonly HostChange[], block: number): number | null => {
    const values = group.flatMap((host) => host.byBlock.get(block) ?? []);
    return values.length > 0 && values.length >= fewestHostsRatio * group.length ? sampleOf(values).mean : null;
  };
  return [...starts]
    .sort((a, b) => a - b)
    .flatMap((block) => {
      const [ours, theirs] = [meanOf(promoted, block), meanOf(heldBack, block)];
      return ours === null || theirs === null ? [] : [ours - theirs];
    });
}

/** Variance of a group's mean over its hosts: s²/H. Unknown of one host, and then left out: the scope says so. */
function groupVariance(group: readonly HostChange[]): number {
  const means = sampleOf(group.map((host) => sampleOf(host.byBlock.values()).mean));
  return means.count < 2 ? 0 : means.variance / means.count;
}

function floorOf(group: readonly HostChange[]): number {
  return standardErrorFloor(sampleOf(group.map((host) => host.baselineMean)).mean);
}

/**
 * Difference in differences on the log scale: z_k is the promoted hosts' mean
 * change against themselves in block k, less that of the hosts held back, so
 * that a load which rises everywhere is no loss. SE² = τ·s_block²/B + s_p²/H_p +
 * s_h²/H_h, with the anytime-valid t interval of the verdict. Unlike the arms of
 * one host, two groups share no minute's load: neighbouring blocks may remember
 * each other, and τ = (1 + φ)/(1 − φ) of the z_k widens the interval for it.
 */
function estimateRealised(promoted: readonly HostChange[], heldBack: readonly HostChange[], input: RealisedInput) {
  const differences = blockDifferences(promoted, heldBack);
  const sample = sampleOf(differences);
  const tau = correlationTime(lagOneAutocorrelation([differences]));
  const variance = (tau * sample.variance) / sample.count + groupVariance(promoted) + groupVariance(heldBack);
  const standardError = Math.max(Math.sqrt(variance), floorOf(promoted) + floorOf(heldBack));
  const hosts = promoted.length + heldBack.length;
  const estimate = { blocks: sample.count, hosts, mean: sample.mean, standardError };
  return { blocks: sample.count, logRatio: anytimeInterval(estimate, input.g, 2 * input.alpha) };
}

function compare(realised: Interval, promised: Interval | null): string {
  const measured = `${reductionPhrase(realised, "series")} than the hosts held back`;
  if (promised === null) return `the promoted hosts send ${measured}`;
  const promise = `${reductionPhrase(promised, "series")} were promised`;
  if (realised.high < promised.low) return `the promoted hosts send ${measured}: surely less than promised, ${promise}`;
  if (realised.low > promised.high) return `the promoted hosts send ${measured}: surely more than promised, ${promise}`;
  return `the promoted hosts send ${measured}, in keeping with the promise: ${promise}`;
}

function missing(promoted: number, heldBack: number): string | null {
  if (promoted === 0) return "no promoted host has a baseline and a whole block since the promotion";
  if (heldBack === 0) return "no host that was held back has data, so a change of load cannot be told from a saving";
  return null;
}

/**
 * Measures what a promotion really saves, and compares it with the promise.
 * Never throws for lack of data: the ends are infinite and the sentence says
 * what is missing.
 */
export function measureRealised(input: RealisedInput): RealisedSaving {
  const grid: BlockGrid = input;
  const changesOf = (group: readonly HostHistory[]): HostChange[] =>
    group.map((host) => hostChange(host, grid)).filter((change) => change !== null);
  const [promoted, heldBack] = [changesOf(input.promoted), changesOf(input.heldBack)];
  const { blocks, logRatio } = estimateRealised(promoted, heldBack, input);
  const realised = reductionOf(logRatio);
  const general = Math.min(promoted.length, heldBack.length) >= generalHosts;
  const gap = missing(promoted.length, heldBack.length);

  const early = `${counted(blocks, "block")} since the promotion ${blocks === 1 ? "is" : "are"} too few for an interval`;
  const words = gap ?? (Number.isFinite(realised.low) ? compare(realised, input.promised) : early);
  const scope = general
    ? ""
    : `; with ${counted(promoted.length, "promoted host")} and ${heldBack.length} held back it speaks of these hosts only`;
  return {
    realised,
    blocks,
    promotedHosts: promoted.length,
    heldBackHosts: heldBack.length,
    scope: general ? "hosts like these" : "these hosts only",
    detail: `${words.charAt(0).toUpperCase()}${words.slice(1)}${gap === null ? scope : ""}.`,
  };
}
