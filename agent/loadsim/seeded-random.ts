/**
 * A stream of numbers in 0..1 that is the same for the same seed; only the low
 * 64 bits of the seed count. Not for secrets.
 * Source: mulberry32 by T. Ettinger (public domain).
 */
export function createRandom(seed: bigint): () => number {
  let state = Number(BigInt.asUintN(32, seed ^ (seed >> 32n)));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
