import type { Entry, Operation } from "./operation.ts";

/** Everything that happened, in order; nothing is ever taken out. */
export type History = {
  record(operation: Operation): void;
  readonly entries: readonly Entry[];
};

/** Creates an empty history; `now` is a monotonic clock in milliseconds. */
export function createHistory(now: () => number = () => performance.now()): History {
  const entries: Entry[] = [];
  return {
    record: (operation) => void entries.push({ ...operation, atMs: now() }),
    entries,
  };
}
