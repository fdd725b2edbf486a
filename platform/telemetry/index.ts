/**
 * Phoenix's own numbers, in the Prometheus exposition format. One registry a
 * process; parts make their metrics in it. Names start with `phoenix_`, times
 * are in seconds, sizes in bytes.
 */
export { createMetrics, type Metrics, type MetricsOptions } from "./create-metrics.ts";
export { type FinishedCall, observeCall } from "./rpc-metrics.ts";
