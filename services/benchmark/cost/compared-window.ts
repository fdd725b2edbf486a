/** What pricing reads of one window of one arm: sums over the hosts of which every arm delivered it whole. */
export interface ComparedWindow {
  readonly variant: string;
  readonly startMs: number;
  readonly lengthMs: number;
  readonly hosts: number;
  readonly activeSeries: number;
  readonly dataPoints: number;
  readonly otlpBytes: number;
  readonly metricNames: number;
  /** Over the `cpuHosts` hosts where it is known. */
  readonly cpuSeconds: number;
  readonly cpuHosts: number;
  readonly rssBytes: number;
}

/**
 * The scrape interval that windows show, in seconds: the median over windows of
 * length × series / points, since each scrape sends one point of each series.
 * NaN when nothing was sent.
 */
export function measuredIntervalSeconds(windows: readonly ComparedWindow[]): number {
  const intervals = windows
    .filter((window) => window.dataPoints > 0)
    .map((window) => ((window.lengthMs / 1000) * window.activeSeries) / window.dataPoints)
    .sort((a, b) => a - b);
  return intervals[Math.floor(intervals.length / 2)] ?? Number.NaN;
}
