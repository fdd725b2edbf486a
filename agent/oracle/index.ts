/**
 * Knows which must-keep processes a window should have reported, from this
 * host's own /proc and never from a pipeline. Promises: only a process alive
 * from the window's first scan to its last is counted, under the name a
 * collector gives it, so that one born or gone half-way is no miss.
 * Rules: process-name.ts, oracle.ts. Reading /proc:
 * scan-processes.ts. When to scan: oracle-watch.ts.
 */

export { createOracle, type MustBeReported, type Oracle, type OracleOptions, type OracleWindow } from "./oracle.ts";
export { createOracleWatch, type OracleWatchOptions } from "./oracle-watch.ts";
export { collectorProcessName } from "./process-name.ts";
export { type ProcessSighting, type ScanOptions, scanProcesses } from "./scan-processes.ts";
