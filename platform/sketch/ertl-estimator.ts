/** Registers are addressed by this many bits of the hash. */
export const PRECISION = 14;

/** How many registers a sketch has: 2^14. */
export const REGISTER_COUNT = 1 << PRECISION;

/** Bits of the hash left to count zeros in. */
const TAIL_BITS = 64 - PRECISION;

/** The largest value a register can hold: all tail bits zero, plus one. */
export const MAX_RANK = TAIL_BITS + 1;

/**
 * Estimates how many distinct hashes were added, from how many registers hold
 * each rank. Unit: distinct hashes, not rounded. `histogram` has
 * `MAX_RANK + 1` entries that sum to `REGISTER_COUNT`.
 *
 * Source: O. Ertl, "New cardinality estimation algorithms for HyperLogLog
 * sketches", arXiv 1702.01284, algorithm 6 (the improved raw estimator). It has
 * no bias correction tables and no switch between regimes.
 */
export function estimateFromHistogram(histogram: Uint32Array): number {
  const share = (rank: number): number => (histogram[rank] ?? 0) / REGISTER_COUNT;
  let z = REGISTER_COUNT * tau(1 - share(MAX_RANK));
  for (let rank = TAIL_BITS; rank >= 1; rank--) {
    z = 0.5 * (z + (histogram[rank] ?? 0));
  }
  z += REGISTER_COUNT * sigma(share(0));
  return (REGISTER_COUNT * REGISTER_COUNT) / (2 * Math.LN2 * z);
}

/** Correction for registers that are still zero; `x` in 0..1, infinite at 1. Source: as above, equation for σ. */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let power = x;
  let weight = 1;
  let sum = x;
  let previous: number;
  do {
    power *= power;
    previous = sum;
    sum += power * weight;
    weight += weight;
  } while (sum !== previous);
  return sum;
}

/** Correction for registers that are full; `x` in 0..1. Source: as above, equation for τ. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let weight = 1;
  let sum = 1 - x;
  let previous: number;
  do {
    root = Math.sqrt(root);
    previous = sum;
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  } while (sum !== previous);
  return sum / 3;
}
