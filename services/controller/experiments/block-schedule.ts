import type { AnalysisPlan } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";

/** Gives the start of the first whole window after a time; windows start at multiples of their length. */
export function nextWindowStart(now: Date, windowSeconds: number): Date {
  const windowMs = windowSeconds * 1000;
  return new Date((Math.floor(now.getTime() / windowMs) + 1) * windowMs);
}

/**
 * Counts the blocks that are complete and delivered at a time: warm-up windows
 * come first, and a block counts once the grace after its last window is over.
 */
export function completedBlocks(plan: AnalysisPlan, measureTime: Date, now: Date, deliveryGraceMs: number): number {
  const windowMs = plan.windowSeconds * 1000;
  const measuredMs = now.getTime() - deliveryGraceMs - measureTime.getTime() - plan.warmupWindows * windowMs;
  const blocks = Math.floor(measuredMs / (plan.blockWindows * windowMs));
  return Math.min(Math.max(blocks, 0), plan.maximumBlocks);
}
