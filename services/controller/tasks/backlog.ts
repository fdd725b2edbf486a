/** Tasks that were seen to be due and are to be claimed, in the order of their turns. */
export type Backlog = {
  /** How many there are. */
  size(): number;
  /** Adds tasks, of each host and priority the older ones first. */
  add(tasks: readonly DueTask[]): void;
  /**
   * Takes the next `limit` tasks at most, and `hostShare` of one host at most:
   * the most urgent, and of equally urgent ones a task of each host in turn, in
   * the order of their numbers on each.
   */
  take(): DueTask[];
  /** Forgets what there is of these hosts. */
  forget(hostIds: readonly string[]): void;
  clear(): void;
};

/** A task by its number, its host, and how urgent it is. */
export type DueTask = { taskSeq: string; hostId: string; priority: number };

type Line = { taskSeqs: string[]; next: number };

/** Creates an empty backlog. What it costs to take tasks does not grow with those that stay. */
export function createBacklog({ limit, hostShare }: { limit: number; hostShare: number }): Backlog {
  const levels = new Map<number, Map<string, Line>>();
  let size = 0;

  const takeFrom = (priority: number, taken: DueTask[], shares: Map<string, number>): void => {
    const level = levels.get(priority)!;
    // A host with more goes to the end, where this loop comes by again.
    for (const [hostId, line] of level) {
      if (taken.length === limit) return;
      const share = shares.get(hostId) ?? 0;
      if (share === hostShare) continue;
      shares.set(hostId, share + 1);
      taken.push({ hostId, taskSeq: line.taskSeqs[line.next]!, priority });
      line.next += 1;
      level.delete(hostId);
      if (line.next < line.taskSeqs.length) level.set(hostId, line);
    }
    if (level.size === 0) levels.delete(priority);
  };

  return {
    size: () => size,
    add(tasks) {
      for (const { priority, hostId, taskSeq } of tasks) {
        const level = levels.get(priority) ?? new Map<string, Line>();
        levels.set(priority, level);
        const line = level.get(hostId);
        if (line === undefined) level.set(hostId, { taskSeqs: [taskSeq], next: 0 });
        else line.taskSeqs.push(taskSeq);
      }
      size += tasks.length;
    },
    take() {
      const taken: DueTask[] = [];
      const shares = new Map<string, number>();
      for (const priority of [...levels.keys()].toSorted((a, b) => b - a)) {
        takeFrom(priority, taken, shares);
        if (taken.length === limit) break;
      }
      size -= taken.length;
      return taken;
    },
    forget(hostIds) {
      for (const [priority, level] of levels) {
        for (const hostId of hostIds) {
          const line = level.get(hostId);
          if (line === undefined) continue;
          level.delete(hostId);
          size -= line.taskSeqs.length - line.next;
        }
        if (level.size === 0) levels.delete(priority);
      }
    },
    clear() {
      levels.clear();
      size = 0;
    },
  };
}
