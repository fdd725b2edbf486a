/** Median, least and greatest of some figures; throws when there are none. */
export function spreadOf(values: readonly number[]): { median: number; least: number; greatest: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const least = sorted[0];
  const greatest = sorted.at(-1);
  if (least === undefined || greatest === undefined) throw new Error("there are no figures to spread");
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? least;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? least) + upper) / 2;
  return { median, least, greatest };
}

/** "12.3 (11.9–13.0)". */
export function showSpread(values: readonly number[], digits: number): string {
  const { median, least, greatest } = spreadOf(values);
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${greatest.toFixed(digits)})`;
}
