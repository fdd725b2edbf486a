import type { Tx } from "@phoenix/platform/database";
import type { EndedTask, TaskEndListener } from "./task.ts";

/** Makes one listener of several, told one after the other: they share a connection, and lock in one order. */
export function tellInTurn(listeners: readonly TaskEndListener[]): TaskEndListener {
  const tellFrom = (first: number, tx: Tx, task: EndedTask): Promise<void> | undefined => {
    const listener = listeners[first];
    if (listener === undefined) return undefined;
    const told = listener(tx, task);
    return told === undefined ? tellFrom(first + 1, tx, task) : told.then(() => tellFrom(first + 1, tx, task));
  };
  return (tx, task) => tellFrom(0, tx, task);
}
