/**
 * Counts distinct things in a fixed 16 KiB and in bytes that travel. Promises:
 * merging is exact (the merged sketch is the sketch of the union), bytes that
 * are damaged or of another precision are refused and never merged.
 * The formulas are in ertl-estimator.ts, the wire form in sketch-bytes.ts.
 * Counting exactly within one window is the agent's tap, not this room.
 */

export { HyperLogLog } from "./hyper-log-log.ts";
export { checkSketch } from "./sketch-bytes.ts";
export { SketchError } from "./sketch-error.ts";
