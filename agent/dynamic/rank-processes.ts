/** What the shares of a process count for. */
export type Weights = { cpu: number; rss: number; io: number };

/** A process and its shares of what the host has or does, each 0 to 1. */
export type ProcessShares = { pid: number; startTicks: number; cpu: number; rss: number; io: number };

/** How to rank. */
export type RankOptions = {
  /** How many to choose (K). */
  processes: number;
  weights: Weights;
  /** A process takes a chosen one's place only when it scores more by this ratio. */
  hysteresisRatio: number;
};

/**
 * Chooses the K processes that score highest, by pid in ascending order; fewer only where there are fewer. Of those
 * chosen before each stays unless one that takes its place scores more than it by the hysteresis. Equals are
 * decided in favour of who was chosen before, then of the older process, then of the lower pid: never by chance.
 */
export function rankProcesses(
  shares: readonly ProcessShares[],
  chosenBefore: ReadonlySet<number>,
  { processes, weights, hysteresisRatio }: RankOptions,
): number[] {
  const ranked = shares.map((each) => {
    // A pid that was given to another process since then only makes that one stay a little easier.
    const incumbent = chosenBefore.has(each.pid);
    const score = scoreOf(each, weights) * (incumbent ? 1 + hysteresisRatio : 1);
    return { pid: each.pid, startTicks: each.startTicks, incumbent, score };
  });
  ranked.sort(
    (a, b) =>
      b.score - a.score || Number(b.incumbent) - Number(a.incumbent) || a.startTicks - b.startTicks || a.pid - b.pid,
  );
  return ranked
    .slice(0, processes)
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}

/** The weighted sum of a process's shares. */
export function scoreOf({ cpu, rss, io }: ProcessShares, weights: Weights): number {
  return weights.cpu * cpu + weights.rss * rss + weights.io * io;
}
