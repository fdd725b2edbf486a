/** Ways to match that a repeat is counted for: names are short, so it is tried at about as many lengths. */
const waysOfRepeat = 16;

/** Most ways in which an expression may be tried on one name: six repeats in a row, or some 24 optional parts. */
const mostWays = 2 ** 24;

/** What was read last, which a repeat would apply to. */
export interface Item {
  /** Ways in which it can be tried. */
  ways: number;
  /** It is a group that contains a repeat or an alternative. */
  branches: boolean;
}

/** A repeat: from `least` to `most` times, which may be Infinity. */
export interface Repeat {
  least: number;
  most: number;
}

/**
 * A group that is being read, and the ways in which a backtracking engine can
 * try it on one name: those of items in a row multiply, those of alternatives
 * add. An engine that goes through more of them than anybody waits for is what
 * is called catastrophic backtracking; RE2 does not have it, JavaScript does.
 */
export class OpenGroup {
  /** Where it was opened, from 0. */
  readonly at: number;
  #waysOfEarlier = 0;
  #waysBeforeItem = 1;
  #item: Item | null = null;
  #branches = false;

  constructor(at: number) {
    this.at = at;
  }

  /** Adds what was read next; null for what cannot be repeated, such as `^`. */
  add(item: Item | null): void {
    this.#waysBeforeItem = this.#ways();
    this.#item = item;
    this.#branches ||= item?.branches ?? false;
  }

  /** Begins another alternative. */
  choose(): void {
    this.#waysOfEarlier += this.#ways();
    this.#waysBeforeItem = 1;
    this.#item = null;
    this.#branches = true;
  }

  /** Repeats the last item; gives the problem with that, or null. */
  repeat({ least, most }: Repeat): string | null {
    const item = this.#item;
    if (item === null) return "there is nothing to repeat; write \\ before the character to mean itself";
    const optional = least === 0 && most === 1;
    if (item.branches && !optional) {
      return "this repeats a group that itself repeats or chooses, which can take for ever; write it without the inner * + ? {} or |, or list the cases as several expressions";
    }
    const lengths = Math.min(most - least + 1, waysOfRepeat);
    this.#waysBeforeItem *= optional ? item.ways + 1 : lengths;
    this.#item = null;
    this.#branches = true;
    return null;
  }

  /** The group as one item of the group around it. */
  close(): Item {
    return { ways: this.#waysOfEarlier + this.#ways(), branches: this.#branches };
  }

  /** True when there are more ways than can be tried in reasonable time. */
  isBeyondTrying(): boolean {
    return this.#waysOfEarlier + this.#ways() > mostWays;
  }

  #ways(): number {
    return this.#waysBeforeItem * (this.#item?.ways ?? 1);
  }
}
