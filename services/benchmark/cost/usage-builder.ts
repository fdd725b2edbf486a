import { HyperLogLog } from "@phoenix/platform/sketch";
import type { BlockUsage } from "./block-usage.ts";
import { type PricedWindow, windowKey } from "./measured-windows.ts";
import { mean } from "./month.ts";

/** Most blocks kept apart; each holds a sketch of 16 KiB for each arm. */
const mostBlocks = 1000;

interface HostSums {
  seconds: number;
  points: number;
  bytes: number;
  series: number;
  windows: number;
}

interface OpenBlock {
  hosts: Map<string, HostSums>;
  series: HyperLogLog;
}

/** Builds the block usage of one arm from its windows, and then their sketches as they are read. */
export interface UsageBuilder {
  /** Hosts that sent. */
  readonly hosts: number;
  /** Merges the sketch of a window; one of a window that is not compared is left out. */
  addSketch(window: Pick<PricedWindow, "hostId" | "variant" | "startMs">, sketch: HyperLogLog): void;
  /** The blocks, in time order. */
  blocks(): BlockUsage[];
}

/** Length of a block that keeps their number bounded, a multiple of the one asked for. */
export function boundedBlockMs(windows: readonly PricedWindow[], blockMs: number): number {
  const starts = windows.map((window) => window.startMs);
  const first = starts.reduce((least, startMs) => Math.min(least, startMs), Number.POSITIVE_INFINITY);
  const last = starts.reduce((most, startMs) => Math.max(most, startMs), Number.NEGATIVE_INFINITY);
  const blocks = Math.max(1, Math.ceil((last - first) / blockMs));
  return blockMs * Math.ceil(blocks / mostBlocks);
}

/**
 * Sorts the windows of one arm into blocks on the wall clock's grid. A block's
 * rate is the mean over the hosts it has, times all hosts of the arm, so that a
 * host that missed a block does not make it cheap.
 */
export function createUsageBuilder(windows: readonly PricedWindow[], blockMs: number): UsageBuilder {
  const open = new Map<number, OpenBlock>();
  const blockOf = new Map<string, OpenBlock>();
  const hosts = new Set<string>();
  for (const window of windows) {
    const startMs = Math.floor(window.startMs / blockMs) * blockMs;
    const block = open.get(startMs) ?? { hosts: new Map(), series: new HyperLogLog() };
    const sums = block.hosts.get(window.hostId) ?? { seconds: 0, points: 0, bytes: 0, series: 0, windows: 0 };
    sums.seconds += window.lengthMs / 1000;
    sums.points += window.dataPoints;
    sums.bytes += window.otlpBytes;
    sums.series += window.activeSeries;
    sums.windows += 1;
    block.hosts.set(window.hostId, sums);
    open.set(startMs, block);
    blockOf.set(windowKey(window), block);
    hosts.add(window.hostId);
  }
  return {
    hosts: hosts.size,
    addSketch(window, sketch) {
      blockOf.get(windowKey(window))?.series.merge(sketch);
    },
    blocks: () =>
      [...open]
        .sort(([a], [b]) => a - b)
        .map(([startMs, block]) => {
          const sums = [...block.hosts.values()];
          const overHosts = (rate: (host: HostSums) => number): number => mean(sums.map(rate)) * hosts.size;
          return {
            startMs,
            lengthMs: blockMs,
            pointsPerSecond: overHosts((host) => host.points / host.seconds),
            bytesPerSecond: overHosts((host) => host.bytes / host.seconds),
            windowSeries: overHosts((host) => host.series / host.windows),
            series: block.series,
          };
        }),
  };
}
