import type { Adaptive } from "./read-policy.ts";

/** The level that holds, by its place, and since when. */
export type HeldLevel = { index: number; sinceMs: number };

/**
 * Decides which level holds at a load of 0 to 1. A level is kept for the dwell whatever the load; then a load
 * at which higher levels are entered leads to the highest of them at once, and one under which the level is
 * left leads down by one. In between, where both floors are, nothing moves.
 */
export function decideLevel(policy: Adaptive, held: HeldLevel, load: number, nowMs: number): HeldLevel {
  const { levels, dwellMs } = policy;
  if (nowMs - held.sinceMs < dwellMs) return held;
  const entered = levels.findLastIndex((level) => load >= level.enterLoad);
  if (entered > held.index) return { index: entered, sinceMs: nowMs };
  const leaves = held.index > 0 && load < (levels[held.index]?.leaveLoad ?? 0);
  return leaves ? { index: held.index - 1, sinceMs: nowMs } : held;
}
