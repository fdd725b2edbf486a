import type { AttemptEnd, BegunAttempt, JournalEntry } from "./journal-entry.ts";

/** What the lines of a journal say, newest last. */
export type Recollection = {
  /** Tries begun and not ended, by task. */
  begun: Map<string, BegunAttempt>;
  /** The last end of each task. */
  ended: Map<string, AttemptEnd>;
  /** The newest lease token seen of each task. */
  newestLease: Map<string, bigint>;
};

/** A recollection of nothing. */
export function createRecollection(): Recollection {
  return { begun: new Map(), ended: new Map(), newestLease: new Map() };
}

/** Takes one more entry into a recollection. */
export function recall(memory: Recollection, entry: JournalEntry): void {
  const { taskId } = entry;
  const newest = memory.newestLease.get(taskId) ?? 0n;
  if (entry.leaseToken > newest) memory.newestLease.set(taskId, entry.leaseToken);
  if (entry.phase === "begin") {
    const { phase: _, ...begun } = entry;
    memory.begun.set(taskId, begun);
    return;
  }
  const open = memory.begun.get(taskId);
  if (open !== undefined && open.attempt <= entry.attempt) memory.begun.delete(taskId);
  // Re-inserted, so that the map's order is that of the ends.
  memory.ended.delete(taskId);
  const { phase: _, ...ended } = entry;
  memory.ended.set(taskId, ended);
}

/**
 * The fewest entries that say the same, oldest first: every try in work, and the
 * last ends of at most `keepEnded` tasks.
 */
export function condense(memory: Recollection, keepEnded: number): JournalEntry[] {
  const ends = [...memory.ended.values()].slice(-keepEnded);
  return [
    ...ends.map((ended): JournalEntry => ({ phase: "end", ...ended })),
    ...[...memory.begun.values()].map((begun): JournalEntry => ({ phase: "begin", ...begun })),
  ];
}
