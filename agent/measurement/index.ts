/**
 * What one window of one arm was: joins what the tap received, what the oracle
 * says had to be there, and what the collector's process used. Promises: one
 * observation per arm and window; both arms of an experiment are judged by the
 * same scans; a window that was not measured whole says so and why.
 * Of collectors outside experiments there are figures instead, at less cost.
 *
 * measurement: which arms are open · arm: one of them · join-observation,
 * summarize-usage: pure · usage-sampler: CPU and memory at the windows' edges ·
 * oracle-pool: one schedule of scans per experiment · figure-arm: a collector
 * outside experiments · figure-plan, summarize-figures: pure · tap-places: port and
 * tokens, kept so that a restarted agent is found by collectors that run on.
 */
export type { ArmSpec } from "./arm.ts";
export { createMeasurement, type Measurement, type MeasurementOptions } from "./measurement.ts";
