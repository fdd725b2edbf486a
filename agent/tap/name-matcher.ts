/** Tells must-keep process names from others, remembering the answer by the name's hash. */
export interface NameMatcher {
  /** The name in bytes `from` to `end` when an expression matches it, else undefined; the lanes are its hash. */
  match(lane1: number, lane2: number, bytes: Uint8Array, from: number, end: number): string | undefined;
  /** How many names are remembered now. */
  readonly size: number;
}

const LONGEST_NAME_BYTES = 1024;
const decoder = new TextDecoder();

/**
 * A matcher for anchored expressions without the flags g or y. Remembers at
 * most `capacity` names: they are fed from outside, so on reaching it all are
 * forgotten and decoded again. A name over 1,024 bytes never matches, which is
 * also the limit of the contract.
 */
export function createNameMatcher(mustKeep: readonly RegExp[], capacity = 16_384): NameMatcher {
  const known = new Map<number, string | undefined>();
  return {
    match(lane1, lane2, bytes, from, end) {
      if (mustKeep.length === 0 || end - from > LONGEST_NAME_BYTES) return undefined;
      // 53 of the 64 bits, the most a number holds exactly.
      const key = (lane1 >>> 0) * 0x200000 + (lane2 >>> 11);
      const remembered = known.get(key);
      if (remembered !== undefined || known.has(key)) return remembered;
      const name = decoder.decode(bytes.subarray(from, end));
      const answer = mustKeep.some((expression) => expression.test(name)) ? name : undefined;
      if (known.size >= capacity) known.clear();
      known.set(key, answer);
      return answer;
    },
    get size() {
      return known.size;
    },
  };
}
