/** Half of one unit, added to both sides of a ratio so that a count of zero stays finite. */
export const halfUnit = 0.5;

/**
 * ln((C + ½) / (B + ½)): the log ratio of two counts, finite at zero and exactly
 * negated when the arms are swapped. The half is the empirical-logit correction
 * (Haldane 1956; Anscombe 1956).
 */
export function logRatio(candidate: number, baseline: number): number {
  return Math.log(candidate + halfUnit) - Math.log(baseline + halfUnit);
}

/**
 * Smallest believable standard error of a log ratio: half of one unit against
 * the mean baseline count. A deterministic filter repeats itself exactly, and
 * would otherwise be given an interval of no width.
 */
export function standardErrorFloor(meanBaselineCount: number): number {
  return halfUnit / meanBaselineCount;
}
