/** Says whether leases that ran out may be ended. */
export type LeasePatience = {
  /** Called at every look that reached the database, with the monotonic time in milliseconds. */
  mayEnd(nowMs: number): boolean;
};

/**
 * Creates the patience of the lease duty. While PostgreSQL or this process was
 * away no lease could be renewed, so after such a gap agents get `patienceMs`
 * to name what they work on before any lease is held against them.
 */
export function createLeasePatience({ leaseMs, patienceMs }: { leaseMs: number; patienceMs: number }): LeasePatience {
  let lastLookMs = Number.NEGATIVE_INFINITY;
  let patientUntilMs = Number.NEGATIVE_INFINITY;
  return {
    mayEnd(nowMs) {
      if (nowMs - lastLookMs > leaseMs / 2) patientUntilMs = nowMs + patienceMs;
      lastLookMs = nowMs;
      return nowMs >= patientUntilMs;
    },
  };
}
