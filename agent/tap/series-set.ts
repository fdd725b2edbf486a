const EMPTY_KEY_STANDS_FOR = 0x5bd1e995;

/**
 * An exact set of 64-bit hashes in two lanes: open addressing with linear
 * probing over one Int32Array of pairs, at most half full. 16 to 32 bytes per
 * entry, a fifth of what a Set of strings takes.
 *
 * The pair (0, 0) marks an empty slot; a hash that is (0, 0) is stored as
 * another fixed pair, which adds one chance in 2^64 of a collision.
 */
export class SeriesSet {
  #slots: Int32Array;
  #mask: number;
  #size = 0;
  readonly #initialSlots: number;

  /** `capacity` is how many entries fit before the first growth; it grows by doubling. */
  constructor(capacity = 1024) {
    this.#initialSlots = 2 ** Math.ceil(Math.log2(Math.max(8, capacity * 2)));
    this.#slots = new Int32Array(this.#initialSlots * 2);
    this.#mask = this.#initialSlots - 1;
  }

  /** How many distinct hashes are held. */
  get size(): number {
    return this.#size;
  }

  /** Adds one hash; true when it was not there before. */
  add(lane1: number, lane2: number): boolean {
    const first = lane1 | 0;
    let second = lane2 | 0;
    if (first === 0 && second === 0) second = EMPTY_KEY_STANDS_FOR;
    const at = this.#find(first, second);
    if (this.#slots[at] !== 0 || this.#slots[at + 1] !== 0) return false;
    this.#slots[at] = first;
    this.#slots[at + 1] = second;
    this.#size++;
    if (this.#size * 2 > this.#mask) this.#grow();
    return true;
  }

  /** Forgets everything; gives memory back when the set was far larger than it needed to be. */
  clear(): void {
    const slots = this.#mask + 1;
    if (slots > this.#initialSlots && this.#size * 8 < slots) this.#allocate(slots / 2);
    else this.#slots.fill(0);
    this.#size = 0;
  }

  /** Index of the pair, or of the empty slot where it belongs. */
  #find(first: number, second: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = second & mask;
    for (;;) {
      const at = slot * 2;
      const held1 = slots[at];
      const held2 = slots[at + 1];
      if ((held1 === first && held2 === second) || (held1 === 0 && held2 === 0)) return at;
      slot = (slot + 1) & mask;
    }
  }

  #allocate(slots: number): void {
    this.#slots = new Int32Array(slots * 2);
    this.#mask = slots - 1;
  }

  #grow(): void {
    const old = this.#slots;
    this.#allocate((this.#mask + 1) * 2);
    for (let at = 0; at < old.length; at += 2) {
      const first = old[at]!;
      const second = old[at + 1]!;
      if (first === 0 && second === 0) continue;
      const to = this.#find(first, second);
      this.#slots[to] = first;
      this.#slots[to + 1] = second;
    }
  }
}
