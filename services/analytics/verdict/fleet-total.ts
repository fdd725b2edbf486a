import type { BlockMeans } from "./block-means.ts";
import { combineErrors, type Estimate } from "./estimate.ts";
import { logRatio, standardErrorFloor } from "./log-ratio.ts";
import { RunningSample } from "./sample.ts";

interface Sums {
  baseline: number;
  candidate: number;
}

/** A host's means with its offset taken out of the candidate's, so that totals can be compared: C·e^(−o). */
function levelled({ baseline, candidate, offset = 0 }: BlockMeans[number]): Sums {
  return { baseline, candidate: candidate * Math.exp(-offset) };
}

function total(parts: Iterable<Sums>): Sums {
  const sums = { baseline: 0, candidate: 0 };
  for (const part of parts) {
    sums.baseline += part.baseline;
    sums.candidate += part.candidate;
  }
  return sums;
}

/**
 * Variance of the log ratio of totals over hosts:
 * V_H = H/(H−1) · Σ w_h² (r_h − r̂)², with w_h = B_h/ΣB and r_h = ln(C_h/B_h).
 * The linearised variance of a ratio estimator (Cochran, Sampling Techniques, ch. 6).
 */
export function fleetVariance(hosts: readonly Sums[]): number {
  if (hosts.length < 2) return 0;
  const sums = total(hosts);
  const overall = logRatio(sums.candidate, sums.baseline);
  const spread = hosts.reduce((sum, host) => {
    const weight = host.baseline / sums.baseline;
    return sum + weight ** 2 * (logRatio(host.candidate, host.baseline) - overall) ** 2;
  }, 0);
  return (hosts.length / (hosts.length - 1)) * spread;
}

/** ln of the candidate's total over the baseline's in one block; the same half unit keeps an empty total finite. */
export function fleetLogRatio(block: BlockMeans): number {
  const sums = total(block.map(levelled));
  return logRatio(sums.candidate, sums.baseline);
}

/** Estimates the log ratio of the fleet's totals after each block; large hosts count for more. Used where money follows the total. */
export function estimateFleetTotal(blocks: readonly BlockMeans[], offsetBlocks = Number.POSITIVE_INFINITY): Estimate[] {
  const blockSample = new RunningSample();
  const baseline = new RunningSample();
  const hostSums = new Map<string, Sums>();
  return blocks.map((block) => {
    blockSample.add(fleetLogRatio(block));
    baseline.add(total(block).baseline);
    for (const host of block) {
      const sums = hostSums.get(host.hostId) ?? { baseline: 0, candidate: 0 };
      hostSums.set(host.hostId, total([sums, levelled(host)]));
    }
    return {
      blocks: blockSample.count,
      hosts: hostSums.size,
      mean: blockSample.mean,
      standardError: combineErrors({
        blockVariance: blockSample.variance,
        blocks: blockSample.count,
        offsetBlocks,
        hostErrorVariance: fleetVariance([...hostSums.values()]),
        hosts: hostSums.size,
        floor: standardErrorFloor(baseline.mean),
      }),
    };
  });
}
