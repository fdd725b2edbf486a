import type { DueTask } from "./backlog.ts";

/** Tasks a claim did not give, mostly because an older one of their subject is open; they are tried again once a task of their host has ended. */
export type HeldBack = {
  /**
   * Claims these tasks by `claim`, which gives the numbers of those it claimed, and
   * keeps the others. Gives those of hosts where a task ended meanwhile, which may
   * go now. @throws what `claim` threw, and then keeps nothing
   */
  claiming(tasks: readonly DueTask[], claim: () => Promise<ReadonlySet<string>>): Promise<DueTask[]>;
  /** A task of this host ended: gives what was kept for it. */
  freed(hostId: string): DueTask[];
  clear(): void;
};

/** Creates the store, which keeps `limit` tasks at most; what is not kept is for the next look at everything. */
export function createHeldBack(limit: number): HeldBack {
  const kept = new Map<string, DueTask[]>();
  /** For each claim under way, the hosts where a task ended since it began. */
  const endedSince = new Set<Set<string>>();
  let size = 0;

  const keep = (task: DueTask): void => {
    if (size >= limit) return;
    const tasks = kept.get(task.hostId);
    if (tasks === undefined) kept.set(task.hostId, [task]);
    else tasks.push(task);
    size += 1;
  };

  return {
    async claiming(tasks, claim) {
      const ended = new Set<string>();
      endedSince.add(ended);
      try {
        const claimed = await claim();
        const left = claimed.size === tasks.length ? [] : tasks.filter(({ taskSeq }) => !claimed.has(taskSeq));
        for (const task of left) if (!ended.has(task.hostId)) keep(task);
        return left.filter(({ hostId }) => ended.has(hostId));
      } finally {
        endedSince.delete(ended);
      }
    },
    freed(hostId) {
      for (const ended of endedSince) ended.add(hostId);
      const tasks = kept.get(hostId) ?? [];
      kept.delete(hostId);
      size -= tasks.length;
      return tasks;
    },
    clear() {
      kept.clear();
      size = 0;
    },
  };
}
