import { HyperLogLog } from "@phoenix/platform/sketch";
import { SeriesSet } from "./series-set.ts";

/** Exact values that may be held at one time by all counts that share it. */
export interface ValueBudget {
  /** Values left. */
  left: number;
}

/**
 * Counts distinct 64-bit hashes: exactly as long as the shared budget lasts,
 * then by the HyperLogLog it has kept beside, and its part of the budget is the
 * others' again. 16 KiB, and 16 to 32 bytes for each exact value.
 */
export class ValueCount {
  readonly #budget: ValueBudget;
  readonly #sketch = new HyperLogLog();
  #exact: SeriesSet | undefined = new SeriesSet(8);

  constructor(budget: ValueBudget) {
    this.#budget = budget;
  }

  /** Adds one value by its hash. */
  add(lane1: number, lane2: number): void {
    if (this.#exact !== undefined) {
      if (!this.#exact.add(lane1, lane2)) return;
      this.#budget.left--;
      if (this.#budget.left < 0) {
        this.#budget.left += this.#exact.size;
        this.#exact = undefined;
      }
    }
    this.#sketch.add(lane1, lane2);
  }

  /** How many distinct values were added; an estimate, rounded, when not exact. */
  get distinct(): number {
    return this.#exact?.size ?? Math.round(this.#sketch.estimate());
  }

  /** The budget lasted. */
  get isExact(): boolean {
    return this.#exact !== undefined;
  }
}
