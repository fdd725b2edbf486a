/** How patient the supervisor is. Times in milliseconds. */
export type Timings = {
  /** A started collector has to be healthy within this time ... */
  healthyWithinMs: number;
  /** ... and to stay so for this long before an apply counts as done. */
  staysUpMs: number;
  /** From SIGTERM to SIGKILL. */
  graceMs: number;
  /** A configuration that was healthy this long needs no older one to fall back to. */
  settledAfterMs: number;
  /** Time between two looks for edits of the configuration on disk. */
  editLookMs: number;
  /** Size at which a collector's log is cut. */
  logCapBytes: number;
};

/** What production uses. */
export const defaultTimings: Timings = Object.freeze({
  healthyWithinMs: 20_000,
  staysUpMs: 2_000,
  graceMs: 5_000,
  settledAfterMs: 60_000,
  editLookMs: 10_000,
  logCapBytes: 4 * 1024 * 1024,
});
