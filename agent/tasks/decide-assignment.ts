import type { AttemptEnd, AttemptRef, TaskResult } from "../journal/index.ts";

/** What is known of a task when an assignment of it arrives, or when its turn comes. */
export type KnownTask = {
  /** The newest lease token seen of the task; 0 for none. */
  newestLease: bigint;
  /** The same try is already in work. */
  inWork: boolean;
  /** How the task ended last. */
  ended: AttemptEnd | undefined;
  /** The time after which the task must not begin has passed. */
  expired: boolean;
};

/** What to do with an assignment. */
export type AssignmentDecision =
  | { do: "run" | "ignore" | "refuse" | "expire" }
  /** Tell the result that the journal has; never run again. */
  | { do: "report"; result: TaskResult };

/**
 * Decides on an assignment. An older lease is refused: somebody else holds the
 * task by now. A completed task is not run again for any try; a try that failed
 * or was called off is not run again, but a newer try of its task is.
 */
export function decideAssignment(assignment: AttemptRef, known: KnownTask): AssignmentDecision {
  if (assignment.leaseToken < known.newestLease) return { do: "refuse" };
  if (known.inWork) return { do: "ignore" };
  const { ended } = known;
  if (ended !== undefined && (ended.result.state === "completed" || ended.attempt >= assignment.attempt)) {
    return { do: "report", result: ended.result };
  }
  return { do: known.expired ? "expire" : "run" };
}
