/** What the next look is to cover; what began to wait since the last one always is. */
export type DispatchPlan = {
  /** Wishes for a look at everything, or at one host. */
  wish(what: "any" | { hostId: string }): void;
  /** Takes what is to be looked at now; `busy` while tasks that were seen are still to be given. */
  take(busy: boolean): { everything: boolean; hosts: string[] };
  /** A look at everything ended its reading. */
  looked(): void;
  /** What it saw is given, and there is more: the next one need not rest. */
  hurry(): void;
  /** There is something to take, and it may be taken now. */
  isDue(busy: boolean): boolean;
  /** Time until what is wished for may be taken, in milliseconds; null when nothing is. */
  waitMs(): number | null;
};

/** While there is enough to give, everything is looked at once in so many poll intervals: tasks to be tried again wait the longest for it. */
const busyIntervals = 10;
/** A look at everything may take one part of the time in so many. */
const restRatio = 5;

/**
 * Creates the plan. Everything is due after the poll interval without a wish;
 * wished for again and again, it is looked at no more often than leaves the
 * better part of the time to what is new, however long a look takes.
 */
export function createDispatchPlan({
  pollIntervalMs,
  nowMs = () => performance.now(),
}: {
  pollIntervalMs: number;
  nowMs?: () => number;
}): DispatchPlan {
  let wished = true;
  let hosts = new Set<string>();
  let beganMs = Number.NEGATIVE_INFINITY;
  let notBeforeMs = Number.NEGATIVE_INFINITY;

  const mayTakeAll = (atMs: number, busy: boolean): boolean => {
    const intervalMs = pollIntervalMs * (busy ? busyIntervals : 1);
    return (wished || atMs - beganMs >= intervalMs) && atMs >= notBeforeMs;
  };

  return {
    wish(what) {
      if (what === "any") wished = true;
      else hosts.add(what.hostId);
    },
    take(busy) {
      const atMs = nowMs();
      const everything = mayTakeAll(atMs, busy);
      if (everything) {
        wished = false;
        beganMs = atMs;
      }
      const taken = [...hosts];
      hosts = new Set();
      return { everything, hosts: taken };
    },
    looked() {
      const atMs = nowMs();
      notBeforeMs = atMs + (atMs - beganMs) * (restRatio - 1);
    },
    hurry() {
      wished = true;
      notBeforeMs = Number.NEGATIVE_INFINITY;
    },
    isDue: (busy) => hosts.size > 0 || mayTakeAll(nowMs(), busy),
    waitMs: () => (hosts.size > 0 ? 0 : wished ? Math.max(0, notBeforeMs - nowMs()) : null),
  };
}
