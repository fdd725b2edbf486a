/** Bounds of a back-off. */
export interface BackoffOptions {
  /** Upper bound of the first wait, in milliseconds. */
  baseMs: number;
  /** Upper bound of any wait, in milliseconds. */
  maxMs: number;
}

/**
 * Milliseconds to wait before try number `attempt` (0 is the first retry): full
 * jitter, a uniform draw from [0, min(maxMs, baseMs · 2^attempt)).
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function backoffMs(
  attempt: number,
  { baseMs, maxMs }: BackoffOptions,
  random: () => number = Math.random,
): number {
  // 2^52 keeps the product finite; maxMs has long taken over by then.
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 52));
  return Math.floor(random() * ceilingMs);
}
