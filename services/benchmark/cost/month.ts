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
  /** Metric names in a window, mean over windows and hosts. */
  readonly metricNames: number;
  /** Distinct series in each span measured, by the span's length. */
  readonly series: SeriesBySpan;
  /** Hosts that send. */
  readonly hosts: number;
}

/** Lengths of time over which vendors count a series once. */
export const spans = {
  "20m": 20 * 60 * 1000,
  "1h": 60 * 60 * 1000,
  "2h30m": 150 * 60 * 1000,
} as const;

/** Distinct series in each span measured, oldest first. */
export type SeriesBySpan = Readonly<Record<keyof typeof spans, readonly number[]>>;

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The 95th percentile by nearest rank; 0 of nothing. */
export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
}
