import { HyperLogLog } from "@phoenix/platform/sketch";
import type { BlockUsage } from "./block-usage.ts";
import type { ComparedWindow } from "./compared-window.ts";

/** Most blocks kept apart; each holds a sketch of 16 KiB for each arm. */
const mostBlocks = 1000;

/** Length of a block that keeps their number bounded, in multiples of the one asked for. */
export function boundedBlockMs(windows: readonly ComparedWindow[], blockMs: number): number {
  const first = windows[0]?.startMs ?? 0;
  const last = windows.at(-1)?.startMs ?? first;
  const blocks = Math.max(1, Math.ceil((last - first) / blockMs));
  return blockMs * Math.ceil(blocks / mostBlocks);
}

/** Builds the block usage of one arm from its windows, and then their sketches as they are read. */
export interface UsageBuilder {
  /** Merges the sketch of a span; one of a block in which nothing is compared is left out. */
  addSketch(startMs: number, sketch: HyperLogLog): void;
  /** The blocks, in time order. */
  blocks(): BlockUsage[];
}

interface OpenBlock {
  hostSeconds: number;
  hostWindows: number;
  cpuSeconds: number;
  cpuKnownSeconds: number;
  points: number;
  bytes: number;
  series: number;
  names: number;
  rssBytes: number;
  sketch: HyperLogLog;
}

/**
 * Sorts the windows of one arm into blocks on the wall clock's grid. A block's
 * rate is the mean over the hosts it has, times all hosts of the experiment, so
 * that a host that missed a block does not make it cheap.
 */
export function createUsageBuilder(windows: readonly ComparedWindow[], blockMs: number, hosts: number): UsageBuilder {
  const open = new Map<number, OpenBlock>();
  for (const window of windows) {
    const startMs = Math.floor(window.startMs / blockMs) * blockMs;
    const block = open.get(startMs) ?? emptyBlock();
    const seconds = window.lengthMs / 1000;
    block.hostSeconds += seconds * window.hosts;
    block.hostWindows += window.hosts;
    block.cpuSeconds += window.cpuSeconds;
    block.cpuKnownSeconds += seconds * window.cpuHosts;
    block.points += window.dataPoints;
    block.bytes += window.otlpBytes;
    block.series += window.activeSeries;
    block.names += window.metricNames;
    block.rssBytes += window.rssBytes;
    open.set(startMs, block);
  }
  return {
    addSketch(startMs, sketch) {
      open.get(Math.floor(startMs / blockMs) * blockMs)?.sketch.merge(sketch);
    },
    blocks: () =>
      [...open]
        .sort(([a], [b]) => a - b)
        .map(([startMs, block]) => ({
          startMs,
          lengthMs: blockMs,
          pointsPerSecond: (block.points / block.hostSeconds) * hosts,
          bytesPerSecond: (block.bytes / block.hostSeconds) * hosts,
          windowSeries: (block.series / block.hostWindows) * hosts,
          metricNames: block.names / block.hostWindows,
          collectorCores: block.cpuKnownSeconds === 0 ? Number.NaN : (block.cpuSeconds / block.cpuKnownSeconds) * hosts,
          collectorBytes: (block.rssBytes / block.hostWindows) * hosts,
          series: block.sketch,
        })),
  };
}

function emptyBlock(): OpenBlock {
  return {
    ...{ hostSeconds: 0, hostWindows: 0, cpuSeconds: 0, cpuKnownSeconds: 0, points: 0, bytes: 0, series: 0, names: 0 },
    rssBytes: 0,
    sketch: new HyperLogLog(),
  };
}
