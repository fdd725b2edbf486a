/** A month of a price: 30 days, 720 hours, in seconds. */
export const monthSeconds = 30 * 24 * 60 * 60;

/** What one arm would send in a month, in the amounts that vendors count. */
export interface MonthlyUsage {
  /** Data points. */
  readonly points: number;
  /** Uncompressed OTLP bytes. */
  readonly bytes: number;
  /** Data points a minute, on average. */
  readonly pointsPerMinute: number;
  /** Distinct series in each hour measured. */
  readonly hourlySeries: readonly number[];
  /** Distinct series in each 20 minutes measured. */
  readonly twentyMinuteSeries: readonly number[];
  /** Hosts that send. */
  readonly hosts: number;
}

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The 95th percentile by nearest rank; 0 of nothing. */
export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
}
