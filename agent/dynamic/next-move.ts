/**
 * Where in a window a filter is moved: after the scrape at 30 % of it has ended, and early enough for the
 * receiver to be back for the scrape of the next window, so that no scrape is lost and none comes twice.
 */
const moveAtRatio = 0.6;

/** When a filter may be moved next, at or after `fromMs` of the wall clock, in windows of `windowMs`. */
export function nextMoveMs(fromMs: number, windowMs: number): number {
  // Whole, so that a time it gave is one it gives again.
  const phaseMs = Math.round(moveAtRatio * windowMs);
  return Math.ceil((fromMs - phaseMs) / windowMs) * windowMs + phaseMs;
}
