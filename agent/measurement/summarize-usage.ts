/** What one look at a collector's process showed. */
export type UsageSample = {
  /** When, in milliseconds since the Unix epoch. */
  atMs: number;
  /** Which process; null when none ran. */
  process: { pid: number; startTicks: number; cpuSeconds: number; rssBytes: number } | null;
  /** Starts of the collector beyond the first, as counted by its supervisor. */
  restarts: number;
};

/** What the samples say of one window. */
export type WindowUsage = {
  /** CPU time used in the window, in seconds. */
  cpuSeconds: number;
  /** Largest resident memory seen, in bytes. */
  rssBytes: number;
  /** Starts in the window. */
  restarts: number;
  /** One process ran through the whole window. */
  up: boolean;
  /**
   * Why the agent cannot speak for the window, in one line; empty when it can. A collector that ended or was
   * started again is no such reason: it is what was measured, and hiding it would hide a broken candidate.
   */
  incompleteReason: string;
};

/** How far a sample may lie from an edge of the window it stands for: a tenth of it, and at least this. */
const leastToleranceMs = 100;

/**
 * What was used in the window that starts at `startMs`, by the samples nearest to
 * its two edges and those between. The same process at all of them ran through.
 */
export function summarizeUsage(samples: readonly UsageSample[], startMs: number, windowMs: number): WindowUsage {
  const toleranceMs = Math.max(leastToleranceMs, windowMs / 10);
  const endMs = startMs + windowMs;
  const first = nearest(samples, startMs, toleranceMs);
  const last = nearest(samples, endMs, toleranceMs);
  const inside = samples.filter(({ atMs }) => atMs >= (first?.atMs ?? startMs) && atMs <= (last?.atMs ?? endMs));
  const rssBytes = inside.reduce((largest, { process }) => Math.max(largest, process?.rssBytes ?? 0), 0);
  const restarts = first && last ? Math.max(0, last.restarts - first.restarts) : 0;
  const before = first?.process;
  const after = last?.process;
  const same = inside.every(
    ({ process }) => process?.pid === before?.pid && process?.startTicks === before?.startTicks,
  );
  const up = Boolean(before && after) && same;
  return {
    cpuSeconds: up && before && after ? Math.max(0, after.cpuSeconds - before.cpuSeconds) : (after?.cpuSeconds ?? 0),
    rssBytes,
    restarts,
    up,
    incompleteReason:
      first === null || last === null ? "The agent did not look at the collector at both edges of the window." : "",
  };
}

function nearest(samples: readonly UsageSample[], edgeMs: number, toleranceMs: number): UsageSample | null {
  let best: UsageSample | null = null;
  for (const sample of samples) {
    const awayMs = Math.abs(sample.atMs - edgeMs);
    if (awayMs <= toleranceMs && (best === null || awayMs < Math.abs(best.atMs - edgeMs))) best = sample;
  }
  return best;
}
