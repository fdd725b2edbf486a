/**
 * What the benchmark keeps in PostgreSQL. Promises: an observation is stored
 * once however often it comes, added to every rollup in the transaction that
 * stores it, and a day is dropped whole. Nothing here judges a number; what may
 * come in is decided at the edge, in api/.
 *
 * observation-store, observation-columns: the big table · apply-rollups, roll-hours,
 * *-rollup: what is added up · rollup-store: reading that · partitions, retention:
 * days · price-book-store: vendors' prices, and operators' own.
 */
export type { ArmSpan } from "./arm-spans.ts";
export type { Selection } from "./host-sums.ts";
export type { KpiRow } from "./kpi-rows.ts";
export type { NewObservation } from "./observation-columns.ts";
export { createObservationStore, type ObservationStore, type WindowPosition } from "./observation-store.ts";
export { firstDayKept } from "./partitions.ts";
export { createPriceBookStore, type PriceBookStore, type StoredBook } from "./price-book-store.ts";
export { createRetention } from "./retention.ts";
export { createRollupStore, type RollupStore } from "./rollup-store.ts";
export type { Stretch } from "./span-cover.ts";
