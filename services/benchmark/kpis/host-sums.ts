import type { StoredWindow } from "./stored-window.ts";

/** Sums over the windows of one arm on one host: of complete windows, but for drops and restarts. */
export interface HostSums {
  readonly variant: string;
  readonly windows: number;
  readonly seconds: number;
  readonly activeSeries: number;
  readonly dataPoints: number;
  readonly otlpBytes: number;
  readonly metricNames: number;
  readonly cpuSeconds: number;
  /** Seconds of the windows whose CPU is known. */
  readonly cpuKnownSeconds: number;
  readonly rssBytes: number;
  /** Windows in which the collector ran through. */
  readonly upWindows: number;
  readonly mustKeepSeen: number;
  readonly mustKeepReported: number;
  readonly droppedPoints: number;
  readonly restarts: number;
}

/** Throws the warm-up away: so many window lengths from the first window of an arm on a host. */
function afterWarmup(windows: readonly StoredWindow[], warmupWindows: number): StoredWindow[] {
  const begunMs = windows.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
  return windows.filter(({ startMs, windowSeconds }) => startMs >= begunMs + warmupWindows * windowSeconds * 1000);
}

const sum = (windows: readonly StoredWindow[], of: (window: StoredWindow) => number): number =>
  windows.reduce((total, window) => total + of(window), 0);

/** Sums windows up by arm and host, less the warm-up. Only windows that the agent watched whole count, but for drops and restarts. */
export function sumWindows(all: readonly StoredWindow[], warmupWindows: number): HostSums[] {
  const arms = Map.groupBy(all, ({ variant, hostId }) => `${variant}\0${hostId}`);
  return [...arms.values()].map((own) => {
    const windows = afterWarmup(own, warmupWindows);
    const counted = windows.filter(({ complete }) => complete);
    const withCpu = counted.filter(({ cpuSeconds }) => !Number.isNaN(cpuSeconds));
    const seen = counted.flatMap(({ mustKeep }) => mustKeep).filter(({ oracleSeen }) => oracleSeen);
    return {
      variant: own[0]?.variant ?? "",
      windows: counted.length,
      seconds: sum(counted, (window) => window.windowSeconds),
      activeSeries: sum(counted, (window) => window.activeSeries),
      dataPoints: sum(counted, (window) => window.dataPoints),
      otlpBytes: sum(counted, (window) => window.otlpBytes),
      metricNames: sum(counted, (window) => window.metricNames),
      cpuSeconds: sum(withCpu, (window) => window.cpuSeconds),
      cpuKnownSeconds: sum(withCpu, (window) => window.windowSeconds),
      rssBytes: sum(counted, (window) => window.rssBytes),
      upWindows: counted.filter(({ up }) => up).length,
      mustKeepSeen: seen.length,
      mustKeepReported: seen.filter(({ reported }) => reported).length,
      droppedPoints: sum(windows, (window) => window.droppedPoints),
      restarts: sum(windows, (window) => window.restarts),
    };
  });
}
