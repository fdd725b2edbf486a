/** Over what the figures of a collector outside experiments are taken; both start at their multiples since the Unix epoch. */
export type FigurePlan = {
  /** Time in which distinct series are counted: one scrape. */
  windowMs: number;
  /** Time between two scrapes; null where it is not known. */
  intervalMs: number | null;
  /** Time from one set of figures to the next, a multiple of the window. */
  periodMs: number;
};

const leastWindowMs = 5_000;
const leastPeriodMs = 30_000;
/** A host that is scraped less often than this is not known to anyone as that. */
const assumedIntervalMs = 60_000;

/**
 * Plans the figures of a collector that scrapes this often, null where it is not
 * known. Two scrapes at least make a period, so that a process alive through it
 * was scraped in it.
 */
export function planFigures(intervalMs: number | null): FigurePlan {
  const windowMs = Math.max(leastWindowMs, Math.ceil((intervalMs ?? assumedIntervalMs) / 1_000) * 1_000);
  return { intervalMs, windowMs, periodMs: windowMs * Math.max(2, Math.ceil(leastPeriodMs / windowMs)) };
}

const interval =
  /\b(?:collection|scrape)_interval:\s*["']?(?:\$\{env:PHX_INTERVAL:-)?((?:\d+(?:\.\d+)?(?:ms|s|m|h))+)/g;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest time between two scrapes that a configuration names, in milliseconds; null when it names none. */
export function findScrapeIntervalMs(text: string): number | null {
  const found = [...text.matchAll(interval)].map(([, duration = ""]) =>
    [...duration.matchAll(part)].reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (unitsMs[unit] ?? 0), 0),
  );
  return found.length === 0 ? null : Math.max(...found);
}
