import type { Block } from "./blocks.ts";
import type { Offsets } from "./calibration.ts";
import type { Kpi } from "./kpi.ts";
import { RunningSample } from "./sample.ts";

/** Means of one effect on one host over the pair-windows of one block, in counts per window. */
export interface HostMeans {
  readonly hostId: string;
  readonly baseline: number;
  readonly candidate: number;
  /** The host's own log ratio when both arms run the same pipeline, to be subtracted; absent is none. */
  readonly offset?: number;
}

/** Means of one effect in one block; hosts without a pair are absent. */
export type BlockMeans = readonly HostMeans[];

/** Takes the mean of an effect over the pair-windows of each host, in each block (B_hk and C_hk). */
export function blockMeans(blocks: readonly Block[], kpi: Kpi, offsets: Offsets): BlockMeans[] {
  return blocks.map((block) => {
    const hosts = new Map<string, { baseline: RunningSample; candidate: RunningSample }>();
    for (const { fate, hostId, baseline, candidate } of block.windows) {
      if (fate !== "pair" || baseline === undefined || candidate === undefined) continue;
      const host = hosts.get(hostId) ?? { baseline: new RunningSample(), candidate: new RunningSample() };
      host.baseline.add(kpi.countOf(baseline));
      host.candidate.add(kpi.countOf(candidate));
      hosts.set(hostId, host);
    }
    return [...hosts].map(([hostId, host]) => ({
      hostId,
      baseline: host.baseline.mean,
      candidate: host.candidate.mean,
      offset: offsets.of(kpi.name, hostId),
    }));
  });
}
