import type { OmittedRange } from "./block-usage.ts";
import { mean } from "./month.ts";

/** Most groups of blocks that are left out in turn. */
const mostGroups = 32;

/** Standard errors to each side of an estimate. */
export const jackknifeWidth = 2;

/** Divides positions 0 to `count` into runs of nearly equal length, at most 32. */
export function jackknifeGroups(count: number): OmittedRange[] {
  const groups = Math.min(count, mostGroups);
  return Array.from({ length: groups }, (_, index) => ({
    from: Math.floor((index * count) / groups),
    to: Math.floor(((index + 1) * count) / groups),
  }));
}

/**
 * Standard error of a statistic from its values with each group left out:
 * SE² = (n − 1)/n · Σ(θ₍ⱼ₎ − θ̄)². The delete-a-group jackknife (Quenouille 1956,
 * Tukey 1958; for dependent data in blocks: Künsch, Annals of Statistics 17(3),
 * 1989). NaN of fewer than two groups.
 */
export function jackknifeStandardError(withoutGroup: readonly number[]): number {
  const n = withoutGroup.length;
  if (n < 2) return Number.NaN;
  const middle = mean(withoutGroup);
  const squares = withoutGroup.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(((n - 1) / n) * squares);
}
