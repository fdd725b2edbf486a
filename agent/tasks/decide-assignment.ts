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
 * task by now. A task that is over, completed or failed for good, is not run
 * again for any try: a controller that gives it again has not heard of its end,
 * and hears it now. A try that may be tried again, or was called off, is not run
 * again, but a newer try of its task is.
 */
export function decideAssignment(assignment: AttemptRef, known: KnownTask): AssignmentDecision {
  if (assignment.leaseToken < known.newestLease) return { do: "refuse" };
  if (known.inWork) return { do: "ignore" };
  const { ended } = known;
  if (ended !== undefined && (isOver(ended.result) || ended.attempt >= assignment.attempt)) {
    return { do: "report", result: ended.result };
  }
  return { do: known.expired ? "expire" : "run" };
}

function isOver({ state, retryable }: TaskResult): boolean {
  return state === "completed" || (state === "failed" && !retryable);
}
