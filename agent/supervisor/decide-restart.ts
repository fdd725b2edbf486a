import { backoffMs } from "@phoenix/platform/lifecycle";

/** One end of a process that was not asked for. */
export type ProcessEnd = {
  /** When, on a clock that never jumps, in milliseconds. */
  atMs: number;
  /** How long it had been healthy by then; 0 when it never was. */
  healthyForMs: number;
};

/** When an ended collector is started again. */
export type RestartPolicy = {
  /** Least wait before a start. */
  baseMs: number;
  /** Longest wait before a start. */
  maxMs: number;
  /** This many ends ... */
  crashLoopEnds: number;
  /** ... within this time are a crash loop. */
  crashLoopWithinMs: number;
  /** Having been healthy this long makes up for all earlier ends. */
  resetAfterHealthyMs: number;
};

/** What to do after an end. */
export type RestartDecision = { restart: true; delayMs: number } | { restart: false; ends: number };

/** 0.5 s to 30 s between starts, given up after five ends in two minutes, forgiven after a healthy minute. */
export const defaultRestartPolicy: RestartPolicy = Object.freeze({
  baseMs: 500,
  maxMs: 30_000,
  crashLoopEnds: 5,
  crashLoopWithinMs: 120_000,
  resetAfterHealthyMs: 60_000,
});

/**
 * Decides what follows the last end in `history` (oldest first): another start after a wait that
 * doubles, with jitter, or none because the collector is in a crash loop.
 */
export function decideRestart(
  history: readonly ProcessEnd[],
  policy: RestartPolicy,
  nowMs: number,
  random: () => number = Math.random,
): RestartDecision {
  const sinceHealthy = history.slice(lastForgiven(history, policy));
  const recent = sinceHealthy.filter((end) => nowMs - end.atMs < policy.crashLoopWithinMs);
  if (recent.length >= policy.crashLoopEnds) return { restart: false, ends: recent.length };
  const attempt = Math.max(0, sinceHealthy.length - 1);
  return { restart: true, delayMs: Math.min(policy.maxMs, policy.baseMs + backoffMs(attempt, policy, random)) };
}

/** Index of the last end that came after a healthy time; that end itself counts, those before it do not. */
function lastForgiven(history: readonly ProcessEnd[], policy: RestartPolicy): number {
  return Math.max(
    0,
    history.findLastIndex((end) => end.healthyForMs >= policy.resetAfterHealthyMs),
  );
}
