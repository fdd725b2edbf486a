/** A time as PostgreSQL reads it; one that never comes is infinity. */
export function timeText(ms: number): string {
  return ms === Number.POSITIVE_INFINITY ? "infinity" : new Date(ms).toISOString();
}
