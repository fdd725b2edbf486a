import { HyperLogLog } from "@phoenix/platform/sketch";
import type { BlockUsage, OmittedRange } from "./block-usage.ts";
import { mean } from "./month.ts";

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

/** Distinct series of a span as it was counted before. */
export interface CountedSpan {
  readonly startMs: number;
  readonly series: number;
}

/**
 * Prepares the leaving out of spans that were counted before: the whole ones,
 * the largest part of one where none is whole. The function it gives leaves out
 * those that begin in an omitted block; a span is not counted again without it.
 */
export function leaveSpansOut(
  counted: readonly CountedSpan[],
  spanMs: number,
  blocks: readonly BlockUsage[],
): (omitted?: OmittedRange) => number[] {
  const firstMs = blocks[0]?.startMs ?? 0;
  const end = blocks.at(-1);
  const endMs = end === undefined ? 0 : end.startMs + end.lengthMs;
  const whole = counted.filter(({ startMs }) => startMs >= firstMs && startMs + spanMs <= endMs);
  const most = counted.reduce((largest, { series }) => Math.max(largest, series), 0);
  const kept = whole.length > 0 ? whole : [{ startMs: Number.NEGATIVE_INFINITY, series: most }];
  return (omitted) => {
    const from = omitted === undefined ? undefined : blocks[omitted.from]?.startMs;
    const until = omitted === undefined ? undefined : (blocks[omitted.to]?.startMs ?? endMs);
    const left = kept.filter(
      ({ startMs }) => from === undefined || until === undefined || startMs < from || startMs >= until,
    );
    return (left.length > 0 ? left : kept).map(({ series }) => series);
  };
}
