import type { BlockMeans } from "./block-means.ts";
import { combineErrors, type Estimate } from "./estimate.ts";
import { logRatio, standardErrorFloor } from "./log-ratio.ts";
import { RunningSample, sampleOf } from "./sample.ts";

/** A value of each host in one block. */
export type HostValues = ReadonlyMap<string, number>;

/**
 * Estimates the mean of a value over blocks and hosts after each block: z_k is
 * the mean over hosts in block k, the estimate is the mean of z_k. `floorAt`
 * gives the smallest standard error after a block (index from 0); `offsetBlocks`
 * is how many blocks the offsets in the values stand on.
 */
export function estimateHostMean(
  blocks: readonly HostValues[],
  floorAt: (index: number) => number,
  offsetBlocks = Number.POSITIVE_INFINITY,
): Estimate[] {
  const blockSample = new RunningSample();
  const hostSamples = new Map<string, RunningSample>();
  return blocks.map((values, index) => {
    blockSample.add(sampleOf(values.values()).mean);
    for (const [hostId, value] of values) {
      const sample = hostSamples.get(hostId) ?? new RunningSample();
      sample.add(value);
      hostSamples.set(hostId, sample);
    }
    const hosts = hostSamples.size;
    const hostVariance = sampleOf([...hostSamples.values()].map((sample) => sample.mean)).variance;
    return {
      blocks: blockSample.count,
      hosts,
      mean: blockSample.mean,
      standardError: combineErrors({
        blockVariance: blockSample.variance,
        blocks: blockSample.count,
        offsetBlocks,
        hostErrorVariance: hostVariance / hosts,
        hosts,
        floor: floorAt(index),
      }),
    };
  });
}

/** ln of candidate over baseline for each host of a block, less the host's own offset: d_hk − o_h. */
export function hostLogRatios(block: BlockMeans): HostValues {
  return new Map(block.map((host) => [host.hostId, logRatio(host.candidate, host.baseline) - (host.offset ?? 0)]));
}

/** z_k of one block: the mean over hosts of d_hk. */
export function hostMeanLogRatio(block: BlockMeans): number {
  return sampleOf(hostLogRatios(block).values()).mean;
}

/** Estimates the log ratio of the typical host after each block: the mean over hosts of d_hk, every host counting the same. */
export function estimateTypicalHost(blocks: readonly BlockMeans[], offsetBlocks?: number): Estimate[] {
  const baseline = new RunningSample();
  const floors = blocks.map((block) => {
    for (const host of block) baseline.add(host.baseline);
    return standardErrorFloor(baseline.mean);
  });
  return estimateHostMean(blocks.map(hostLogRatios), (index) => floors[index] ?? Number.NaN, offsetBlocks);
}
