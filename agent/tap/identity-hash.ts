/*
 * A 64-bit hash in two lanes of 32 bits, so that no BigInt is made. The result
 * is left in `lane1` and `lane2`, because a pair would be allocated once per
 * attribute. Source: A. Appleby's MurmurHash3 (its x86 constants, rotations and
 * finaliser), both lanes fed with the same words and crossed at the end; the
 * second finaliser's constants are T. Wang's as published by C. Wellons.
 * The hash stays inside one agent process and its sketches: it may change with
 * the version of the sketch, not before.
 */

/** Upper 32 bits of the last hash, signed. */
export let lane1 = 0;
/** Lower 32 bits of the last hash, signed. */
export let lane2 = 0;

/** Hashes bytes `from` (inclusive) to `end` (exclusive), continuing from two seeds. */
export function hashBytes(bytes: Uint8Array, from: number, end: number, seed1: number, seed2: number): void {
  let h1 = seed1 | 0;
  let h2 = seed2 | 0;
  const length = end - from;
  const lastWord = end - 3;
  let at = from;
  for (; at < lastWord; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    let mixed = Math.imul(word, 0xcc9e2d51);
    h1 ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    h1 = (Math.imul((h1 << 13) | (h1 >>> 19), 5) + 0xe6546b64) | 0;
    mixed = Math.imul(word, 0x239b961b);
    h2 ^= Math.imul((mixed << 16) | (mixed >>> 16), 0xab0e9789);
    h2 = (Math.imul((h2 << 17) | (h2 >>> 15), 5) + 0x0bcaa747) | 0;
  }
  if (at < end) {
    let word = bytes[at]!;
    if (at + 1 < end) word |= bytes[at + 1]! << 8;
    if (at + 2 < end) word |= bytes[at + 2]! << 16;
    let mixed = Math.imul(word, 0xcc9e2d51);
    h1 ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    mixed = Math.imul(word, 0x239b961b);
    h2 ^= Math.imul((mixed << 16) | (mixed >>> 16), 0xab0e9789);
  }
  finishHash(h1 ^ length, h2 ^ length);
}

/** Mixes two lanes so that every input bit reaches every output bit of both. */
export function finishHash(seed1: number, seed2: number): void {
  let h1 = (seed1 + seed2) | 0;
  let h2 = (seed2 + h1) | 0;
  h1 = Math.imul(h1 ^ (h1 >>> 16), 0x85ebca6b);
  h1 = Math.imul(h1 ^ (h1 >>> 13), 0xc2b2ae35);
  h1 ^= h1 >>> 16;
  h2 = Math.imul(h2 ^ (h2 >>> 16), 0x7feb352d);
  h2 = Math.imul(h2 ^ (h2 >>> 15), 0x846ca68b);
  h2 ^= h2 >>> 16;
  lane1 = (h1 + h2) | 0;
  lane2 = (h2 + lane1) | 0;
}
