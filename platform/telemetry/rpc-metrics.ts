import type { Metrics } from "./create-metrics.ts";

/** Upper bounds in seconds: from an in-memory read to the longest of long polls. */
export const rpcDurationBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** A served call that is over. */
export interface FinishedCall {
  /** Full name of the service. */
  service: string;
  /** Name of the method. */
  method: string;
  /** Canonical code in words, `ok` for a success. */
  code: string;
  /** How long it took, in milliseconds. */
  durationMs: number;
}

/** Counts a served call. */
export function observeCall(metrics: Metrics, { service, method, code, durationMs }: FinishedCall): void {
  metrics.rpcDuration.observe({ service, method, code }, durationMs / 1_000);
}
