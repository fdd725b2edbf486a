/** What decides whether a window's contributors are counted; known when the window begins. */
export interface ContributorTurn {
  /** Start of the window. */
  readonly startMs: number;
  /** The tap was not listening through the whole of it. */
  readonly openedLate: boolean;
  /** Data points of the window before it; 0 where that was not whole. */
  readonly pointsBefore: number;
  /** Start of the last window that was counted; undefined when none was. */
  readonly countedMs: number | undefined;
}

/** One window in each such stretch of the wall clock is counted. */
const EVERY_MS = 300_000;

/**
 * True when a window's contributors are to be counted: in the first window of
 * an arm that follows a whole one with data, for a collector's first scrapes
 * lack what needs two, and after that in one window of each five minutes of
 * the wall clock, so that both arms and all hosts count the same ones. A window
 * of five minutes or more is counted always.
 */
export function countsContributors({ startMs, openedLate, pointsBefore, countedMs }: ContributorTurn): boolean {
  if (openedLate || pointsBefore === 0) return false;
  return countedMs === undefined || Math.floor(countedMs / EVERY_MS) !== Math.floor(startMs / EVERY_MS);
}
