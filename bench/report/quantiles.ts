/** The p-quantile (0 to 1) of figures by nearest rank; NaN when there are none. */
export function quantileOf(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN;
}

/** "p50 3.1, p99 12.4" of figures in milliseconds. */
export function showQuantiles(values: readonly number[], digits = 1): string {
  return `p50 ${quantileOf(values, 0.5).toFixed(digits)}, p99 ${quantileOf(values, 0.99).toFixed(digits)}`;
}
