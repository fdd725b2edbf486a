import type { SecondSource } from "../second-source/index.ts";
import type { ObservationStore, PriceBookStore } from "../store/index.ts";

/** Why an observation was not kept. */
export type RefusalReason = "too-old" | "in-the-future" | "off-grid" | "impossible-number";

/** What the calls work with. */
export interface BenchmarkApiDeps {
  readonly observations: ObservationStore;
  readonly priceBooks: PriceBookStore;
  /** What the tap is compared with; undefined where an operator named nothing. */
  readonly secondSource: SecondSource | undefined;
  /** Whole days that observations are kept. */
  readonly retentionDays: number;
  readonly clock: () => number;
  /** Counts what came in. */
  readonly count: {
    inserted(number: number): void;
    duplicates(number: number): void;
    refused(reason: RefusalReason): void;
    unreadableSketch(): void;
  };
}
