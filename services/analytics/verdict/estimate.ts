import { generalHosts } from "./plan.ts";

/** A mean with its standard error after some blocks. */
export interface Estimate {
  /** Blocks so far (B). */
  readonly blocks: number;
  /** Hosts so far (H). */
  readonly hosts: number;
  readonly mean: number;
  readonly standardError: number;
}

/**
 * SE² = s_block² / B + s_host² / H, or s_block² / B alone when hosts are too
 * few to speak for others: then the verdict is about these hosts only. A
 * conservative sum of two variances, not a theorem. Offsets that are subtracted
 * are themselves measured: an A/A period as long as B₀ blocks adds s_block² / B₀,
 * as the difference of two means does.
 */
export function combineErrors(parts: {
  blockVariance: number;
  blocks: number;
  /** Blocks the subtracted offsets stand on (B₀); Infinity where nothing is subtracted. */
  offsetBlocks: number;
  /** Variance of the mean over hosts, already divided by H. */
  hostErrorVariance: number;
  hosts: number;
  floor: number;
}): number {
  const fromHosts = parts.hosts >= generalHosts ? parts.hostErrorVariance : 0;
  const error = Math.sqrt(parts.blockVariance * (1 / parts.blocks + 1 / parts.offsetBlocks) + fromHosts);
  // NaN must stay NaN: an interval of it is infinite, and Math.max would keep it so only on one side.
  return Number.isNaN(parts.floor) ? Number.NaN : Math.max(error, parts.floor);
}
