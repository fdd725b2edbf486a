import type { HyperLogLog } from "@phoenix/platform/sketch";
import { type CountedSpan, countSpans, leaveSpansOut } from "./count-spans.ts";
import { type MonthlyUsage, mean, monthSeconds, spans } from "./month.ts";

/** What one arm sent in one block, all hosts together. */
export interface BlockUsage {
  readonly startMs: number;
  readonly lengthMs: number;
  /** Data points a second, as measured. */
  readonly pointsPerSecond: number;
  /** Uncompressed OTLP bytes a second, as measured. */
  readonly bytesPerSecond: number;
  /** Mean of the exact counts of series in a window: the union of a longer time is never less. */
  readonly windowSeries: number;
  /** Metric names in a window, mean over windows and hosts. */
  readonly metricNames: number;
  /** CPU of the collectors, in cores; NaN where no agent could tell. */
  readonly collectorCores: number;
  /** Resident memory of the collectors, in bytes. */
  readonly collectorBytes: number;
  /** Sketch of every series of the block; empty where spans were counted already. */
  readonly series: HyperLogLog;
}

/** Blocks left out of a computation, as a half-open range of their positions. */
export interface OmittedRange {
  readonly from: number;
  readonly to: number;
}

/** How an arm's measured blocks stand for a month. */
export interface Projection {
  readonly blocks: readonly BlockUsage[];
  readonly hosts: number;
  /** Scrape interval measured over the one in production: points, bytes and CPU are multiplied by it; series and memory are not. */
  readonly rateScale: number;
  /** The series of spans as they were counted before; absent where they are put together from the blocks' sketches. */
  readonly counted?: Readonly<Record<keyof typeof spans, readonly CountedSpan[]>> | undefined;
}

/** What an arm takes in a month: what vendors count, and what its collectors hold. */
export interface ArmMonth {
  readonly usage: MonthlyUsage;
  /** CPU of the collectors, in cores; NaN where no agent could tell. */
  readonly collectorCores: number;
  /** Resident memory of the collectors, in bytes. */
  readonly collectorBytes: number;
}

/** Prepares the projection of an arm on a month; the function it gives leaves the omitted blocks out. */
export function projectMonth({ blocks, hosts, rateScale, counted }: Projection): (omitted?: OmittedRange) => ArmMonth {
  const counter = (span: keyof typeof spans): ((omitted?: OmittedRange) => number[]) =>
    counted === undefined ? countSpans(blocks, spans[span]) : leaveSpansOut(counted[span], spans[span], blocks);
  const counters = { "20m": counter("20m"), "1h": counter("1h"), "2h30m": counter("2h30m") };
  return (omitted) => {
    const left = omitted ? [...blocks.slice(0, omitted.from), ...blocks.slice(omitted.to)] : blocks;
    const pointsPerSecond = mean(left.map((block) => block.pointsPerSecond)) * rateScale;
    const bytesPerSecond = mean(left.map((block) => block.bytesPerSecond)) * rateScale;
    const cores = left.map((block) => block.collectorCores).filter((value) => !Number.isNaN(value));
    return {
      usage: {
        points: pointsPerSecond * monthSeconds,
        bytes: bytesPerSecond * monthSeconds,
        pointsPerMinute: pointsPerSecond * 60,
        metricNames: mean(left.map((block) => block.metricNames)),
        series: { "20m": counters["20m"](omitted), "1h": counters["1h"](omitted), "2h30m": counters["2h30m"](omitted) },
        hosts,
      },
      collectorCores: cores.length === 0 ? Number.NaN : mean(cores) * rateScale,
      collectorBytes: mean(left.map((block) => block.collectorBytes)),
    };
  };
}
