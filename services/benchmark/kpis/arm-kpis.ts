import { type HostSums, sumWindows } from "./host-sums.ts";
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
  /** As they arrived, each series at its own scrape interval, summed over hosts. */
  readonly ingestPointsPerSecond: number;
  /** Uncompressed, summed over hosts. */
  readonly otlpBytesPerSecond: number;
  /** Mean over windows and hosts. */
  readonly metricNamesMean: number;
  /** Share of one core, mean over hosts; NaN where no agent could tell. */
  readonly collectorCpuRatio: number;
  /** Mean over windows and hosts. */
  readonly collectorRssBytesMean: number;
  /** Share of sightings of must-keep processes that the arm reported; 1 of none. */
  readonly retentionRatio: number;
  /** Share of windows in which the collector ran through; 1 of none. */
  readonly healthyRatio: number;
  /** Over all windows, watched or not. */
  readonly droppedPoints: number;
  /** Over all windows, watched or not. */
  readonly collectorRestarts: number;
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);
const ratio = (part: number, whole: number, ofNone: number): number => (whole === 0 ? ofNone : part / whole);

function figuresOf(variant: string, all: readonly HostSums[]): ArmFigures {
  const hosts = all.filter((host) => host.windows > 0);
  const withCpu = hosts.filter((host) => host.cpuKnownSeconds > 0);
  const windows = sum(hosts, (host) => host.windows);
  const pointsPerSecond = sum(hosts, (host) => host.dataPoints / host.seconds);
  const seen = sum(hosts, (host) => host.mustKeepSeen);
  return {
    variant,
    hosts: hosts.length,
    windows,
    activeSeriesMean: sum(hosts, (host) => host.activeSeries / host.windows),
    dataPointsPerSecond: pointsPerSecond,
    ingestPointsPerSecond: pointsPerSecond,
    otlpBytesPerSecond: sum(hosts, (host) => host.otlpBytes / host.seconds),
    metricNamesMean: ratio(
      sum(hosts, (host) => host.metricNames),
      windows,
      0,
    ),
    collectorCpuRatio: ratio(
      sum(withCpu, (host) => host.cpuSeconds / host.cpuKnownSeconds),
      withCpu.length,
      hosts.length === 0 ? 0 : Number.NaN,
    ),
    collectorRssBytesMean: ratio(
      sum(hosts, (host) => host.rssBytes),
      windows,
      0,
    ),
    retentionRatio: ratio(
      sum(hosts, (host) => host.mustKeepReported),
      seen,
      1,
    ),
    healthyRatio: ratio(
      sum(hosts, (host) => host.upWindows),
      windows,
      1,
    ),
    droppedPoints: sum(all, (host) => host.droppedPoints),
    collectorRestarts: sum(all, (host) => host.restarts),
  };
}

/** The key figures of every arm, arms by name, from the sums of each host. */
export function figuresOfHosts(hosts: readonly HostSums[]): ArmFigures[] {
  const arms = Map.groupBy(hosts, (host) => host.variant);
  return [...arms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([variant, own]) => figuresOf(variant, own));
}

/** The key figures of every arm, arms by name, from windows, less the warm-up of each arm on each host. */
export function calculateFigures(windows: readonly StoredWindow[], warmupWindows: number): ArmFigures[] {
  return figuresOfHosts(sumWindows(windows, warmupWindows));
}
