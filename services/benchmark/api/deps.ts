import type { HandlerContext } from "@connectrpc/connect";
import type { Database } from "@phoenix/platform/database";
import type { SecondSource } from "../second-source/index.ts";
import type { ObservationStore, PriceBookStore, RollupStore } from "../store/index.ts";

/** Why an observation was not kept. */
export type RefusalReason = "too-old" | "in-the-future" | "off-grid" | "impossible-number";

/** What the calls work with. */
export interface BenchmarkApiDeps {
  readonly db: Database;
  readonly observations: ObservationStore;
  readonly rollups: RollupStore;
  readonly priceBooks: PriceBookStore;
  /** What the tap is compared with; undefined where an operator named nothing. */
  readonly secondSource: SecondSource | undefined;
  /** Whole days that observations are kept. */
  readonly retentionDays: number;
  readonly clock: () => number;
  /** Who makes a call. */
  readonly callerOf: (context: HandlerContext) => string;
  /** Counts what came in. */
  readonly count: {
    inserted(number: number): void;
    duplicates(number: number): void;
    refused(reason: RefusalReason): void;
    unreadableSketch(): void;
  };
}
