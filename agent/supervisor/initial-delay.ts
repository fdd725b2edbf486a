/** Where in a window a scrape should fall, so that slow scrapes and late starts stay inside it. */
export const scrapeAtRatio = 0.3;
const delayWithoutWindowMs = 1_000;

/**
 * Time a collector should wait after its start-up before the first scrape, so that this one and all
 * that follow at multiples of the window fall at 30 % of a wall-clock window. `startupMs` is the
 * time from the launch to running receivers. One second when there is no window (the receivers' default).
 */
export function initialDelayMs(options: { nowMs: number; windowMs: number; startupMs: number }): number {
  const { nowMs, windowMs, startupMs } = options;
  if (windowMs <= 0) return delayWithoutWindowMs;
  const phaseMs = (nowMs + startupMs) % windowMs;
  const waitMs = scrapeAtRatio * windowMs - phaseMs;
  return Math.round(waitMs < 0 ? waitMs + windowMs : waitMs);
}
