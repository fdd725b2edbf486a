import type { Entry } from "./operation.ts";
import type { Violation } from "./violation.ts";

const ends = new Set(["completed", "failed", "cancelled", "expired"]);

/** I1: every acknowledged task reached an end. */
export function checkTasks(entries: readonly Entry[]): Violation[] {
  const found = new Map<string, string>();
  for (const entry of entries) if (entry.kind === "task-found") found.set(entry.taskId, entry.state);
  return entries
    .filter((entry) => entry.kind === "task-acknowledged")
    .flatMap(({ taskId }): Violation[] => {
      const state = found.get(taskId);
      if (state !== undefined && ends.has(state)) return [];
      const words = state === undefined ? `task ${taskId} was acknowledged and is lost` : `task ${taskId} is ${state}`;
      return [{ invariant: "I1", words }];
    });
}
