import type { Interval } from "./anytime-t.ts";

/** A ratio in per cent with one decimal: "93.1 %". */
export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** A count with its noun: "1 window", "3 windows". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A time as ISO 8601, or as milliseconds when no calendar has it. */
export function moment(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}

function change(reduction: number, less: string, more: string): string {
  return reduction >= 0 ? `${percent(reduction)} ${less}` : `${percent(-reduction)} ${more}`;
}

/**
 * An estimated reduction and its interval in words: "93.1 % fewer series
 * (between 91.0 % and 94.8 %)". Signs become words, so that nobody has to read
 * a negative reduction.
 */
export function reductionPhrase(reduction: Interval, noun: string, less = "fewer", more = "more"): string {
  const middle = `${percent(Math.abs(reduction.estimate))} ${reduction.estimate >= 0 ? less : more} ${noun}`;
  if (!Number.isFinite(reduction.low)) return `${middle} (too early for an interval)`;
  if (reduction.low >= 0) return `${middle} (between ${percent(reduction.low)} and ${percent(reduction.high)})`;
  if (reduction.high <= 0) return `${middle} (between ${percent(-reduction.high)} and ${percent(-reduction.low)})`;
  return `${middle} (between ${change(reduction.low, less, more)} and ${change(reduction.high, less, more)})`;
}
