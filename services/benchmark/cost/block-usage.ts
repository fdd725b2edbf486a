import { HyperLogLog } from "@phoenix/platform/sketch";
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
  /** Sketch of every series of the block. */
  readonly series: HyperLogLog;
}

/** Blocks left out of a computation, as a half-open range of their positions. */
export interface OmittedRange {
  readonly from: number;
  readonly to: number;
}

interface Span {
  blocks: { block: BlockUsage; position: number }[];
  whole: number | undefined;
}

function unionOf(blocks: readonly BlockUsage[]): number {
  const union = new HyperLogLog();
  for (const block of blocks) union.merge(block.series);
  return Math.max(union.estimate(), mean(blocks.map((block) => block.windowSeries)));
}

/**
 * Prepares the counting of distinct series in spans of a length: tumbling from
 * the first block on, a trailing partial span left out unless it is the only
 * one. The function it gives counts each span without the omitted blocks;
 * spans omitted whole are absent.
 */
export function countSpans(blocks: readonly BlockUsage[], spanMs: number): (omitted?: OmittedRange) => number[] {
  const spans = new Map<number, Span>();
  const firstMs = blocks[0]?.startMs ?? 0;
  blocks.forEach((block, position) => {
    const index = Math.floor((block.startMs - firstMs) / spanMs);
    const span = spans.get(index) ?? { blocks: [], whole: undefined };
    span.blocks.push({ block, position });
    spans.set(index, span);
  });
  const ordered = [...spans].sort(([a], [b]) => a - b);
  const last = ordered.at(-1);
  const end = blocks.at(-1);
  const partial =
    last !== undefined && end !== undefined && end.startMs + end.lengthMs < firstMs + (last[0] + 1) * spanMs;
  const counted = ordered.slice(0, partial && ordered.length > 1 ? -1 : undefined).map(([, span]) => span);

  return (omitted) =>
    counted.flatMap((span) => {
      const left = span.blocks.filter(({ position }) => !omitted || position < omitted.from || position >= omitted.to);
      if (left.length === 0) return [];
      if (left.length < span.blocks.length) return [unionOf(left.map(({ block }) => block))];
      span.whole ??= unionOf(left.map(({ block }) => block));
      return [span.whole];
    });
}

/** How an arm's measured blocks stand for a month. */
export interface Projection {
  readonly blocks: readonly BlockUsage[];
  readonly hosts: number;
  /** Scrape interval measured over the one in production: points, bytes and CPU are multiplied by it; series and memory are not. */
  readonly rateScale: number;
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
export function projectMonth({ blocks, hosts, rateScale }: Projection): (omitted?: OmittedRange) => ArmMonth {
  const counters = {
    "20m": countSpans(blocks, spans["20m"]),
    "1h": countSpans(blocks, spans["1h"]),
    "2h30m": countSpans(blocks, spans["2h30m"]),
  };
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
