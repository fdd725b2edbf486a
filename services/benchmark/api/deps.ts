import type { ObservationStore, PriceBookStore } from "../store/index.ts";

/** Why an observation was not kept. */
export type RefusalReason = "too-old" | "in-the-future" | "off-grid" | "impossible-number";

/** What the calls work with. */
export interface BenchmarkApiDeps {
  readonly observations: ObservationStore;
  readonly priceBooks: PriceBookStore;
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
