/**
 * What the benchmark keeps in PostgreSQL. Promises: an observation is stored
 * once however often it comes, and a day is dropped whole. Nothing here judges
 * a number; what may come in is decided at the edge, in api/.
 *
 * observation-store, observation-columns: the big table · partitions, retention:
 * its days · price-book-store: vendors' prices, which operators may override.
 */
export type { NewObservation } from "./observation-columns.ts";
export {
  createObservationStore,
  type KpiRow,
  type ObservationStore,
  type StoredSketch,
  type WindowPosition,
} from "./observation-store.ts";
export { firstDayKept } from "./partitions.ts";
export { createPriceBookStore, type PriceBookStore } from "./price-book-store.ts";
export { createRetention } from "./retention.ts";
