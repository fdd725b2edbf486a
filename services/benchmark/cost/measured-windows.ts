/** What pricing reads of one window of one arm on one host. */
export interface PricedWindow {
  readonly hostId: string;
  readonly variant: string;
  readonly startMs: number;
  readonly lengthMs: number;
  readonly activeSeries: number;
  readonly dataPoints: number;
  readonly otlpBytes: number;
  /** The agent watched the whole window and the collector ran through it. */
  readonly usable: boolean;
}

/** Key of a window within its arm. */
export function windowKey(window: Pick<PricedWindow, "hostId" | "variant" | "startMs">): string {
  return `${window.variant}\n${window.hostId}\n${window.startMs}`;
}

/**
 * Keeps the windows that all arms of a host delivered, after the warm-up of
 * each: prices compare arms, so they look at the same minutes.
 */
export function selectComparable(windows: readonly PricedWindow[], warmupWindows: number): PricedWindow[] {
  const firstMs = new Map<string, number>();
  const variants = new Map<string, Set<string>>();
  for (const { hostId, variant, startMs } of windows) {
    const arm = `${variant}\n${hostId}`;
    firstMs.set(arm, Math.min(firstMs.get(arm) ?? startMs, startMs));
    variants.set(hostId, (variants.get(hostId) ?? new Set()).add(variant));
  }
  const warm = windows.filter(({ usable, hostId, variant, startMs, lengthMs }) => {
    const begunMs = firstMs.get(`${variant}\n${hostId}`) ?? startMs;
    return usable && startMs >= begunMs + warmupWindows * lengthMs;
  });
  const delivered = new Map<string, number>();
  for (const { hostId, startMs } of warm) {
    const moment = `${hostId}\n${startMs}`;
    delivered.set(moment, (delivered.get(moment) ?? 0) + 1);
  }
  return warm.filter(({ hostId, startMs }) => delivered.get(`${hostId}\n${startMs}`) === variants.get(hostId)?.size);
}

/**
 * The scrape interval that windows show, in seconds: the median over windows of
 * length × series / points, since each scrape sends one point of each series.
 * NaN when nothing was sent.
 */
export function measuredIntervalSeconds(windows: readonly PricedWindow[]): number {
  const intervals = windows
    .filter((window) => window.dataPoints > 0)
    .map((window) => ((window.lengthMs / 1000) * window.activeSeries) / window.dataPoints)
    .sort((a, b) => a - b);
  return intervals[Math.floor(intervals.length / 2)] ?? Number.NaN;
}
