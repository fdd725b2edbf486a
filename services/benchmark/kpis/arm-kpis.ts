import type { StoredWindow } from "./stored-window.ts";

/** Key figures of one arm over the hosts measured; distinct series come from sketches, elsewhere. */
export interface ArmFigures {
  readonly variant: string;
  /** Hosts with at least one window that counts. */
  readonly hosts: number;
  /** Windows that count, over all hosts. */
  readonly windows: number;
  /** Mean over windows, summed over hosts. */
  readonly activeSeriesMean: number;
  /** Summed over hosts. */
  readonly dataPointsPerSecond: number;
  /** Uncompressed, summed over hosts. */
  readonly otlpBytesPerSecond: number;
  /** Mean over windows and hosts. */
  readonly metricNamesMean: number;
  /** Share of one core, mean over hosts. */
  readonly collectorCpuRatio: number;
  /** Mean over windows and hosts. */
  readonly collectorRssBytesMean: number;
  /** Share of sightings of must-keep processes that the arm reported; 1 of none. */
  readonly retentionRatio: number;
  /** Over all windows after the warm-up, watched or not. */
  readonly droppedPoints: number;
  /** Over all windows after the warm-up, watched or not. */
  readonly collectorRestarts: number;
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);
const mean = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.length === 0 ? 0 : sum(values, of) / values.length;

function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** Throws the warm-up away: so many window lengths from the first window of each arm on each host. */
export function afterWarmup<T extends StoredWindow>(windows: readonly T[], warmupWindows: number): T[] {
  const arms = groupBy(windows, (window) => `${window.variant}\n${window.hostId}`);
  return [...arms.values()].flatMap((arm) => {
    const begunMs = arm.reduce((least, { startMs }) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
    return arm.filter(({ startMs, windowSeconds }) => startMs >= begunMs + warmupWindows * windowSeconds * 1000);
  });
}

function figuresOf(variant: string, windows: readonly StoredWindow[]): ArmFigures {
  const counted = windows.filter((window) => window.complete);
  const hosts = [...groupBy(counted, (window) => window.hostId).values()];
  const perSecond = (host: readonly StoredWindow[], of: (window: StoredWindow) => number): number =>
    sum(host, of) / sum(host, (window) => window.windowSeconds);
  const sightings = counted.flatMap((window) => window.mustKeep).filter((sighting) => sighting.oracleSeen);
  return {
    variant,
    hosts: hosts.length,
    windows: counted.length,
    activeSeriesMean: sum(hosts, (host) => mean(host, (window) => window.activeSeries)),
    dataPointsPerSecond: sum(hosts, (host) => perSecond(host, (window) => window.dataPoints)),
    otlpBytesPerSecond: sum(hosts, (host) => perSecond(host, (window) => window.otlpBytes)),
    metricNamesMean: mean(counted, (window) => window.metricNames),
    collectorCpuRatio: mean(hosts, (host) => perSecond(host, (window) => window.cpuSeconds)),
    collectorRssBytesMean: mean(counted, (window) => window.rssBytes),
    retentionRatio: sightings.length === 0 ? 1 : mean(sightings, (sighting) => (sighting.reported ? 1 : 0)),
    droppedPoints: sum(windows, (window) => window.droppedPoints),
    collectorRestarts: sum(windows, (window) => window.restarts),
  };
}

/** Computes the key figures of every arm, arms by name. Only windows that the agent watched whole count in means. */
export function calculateFigures(windows: readonly StoredWindow[], warmupWindows: number): ArmFigures[] {
  const arms = groupBy(afterWarmup(windows, warmupWindows), (window) => window.variant);
  return [...arms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([variant, own]) => figuresOf(variant, own));
}
