/** How a try of a task ended. `lapsed`: its lease ended without a word. `undelivered`: its agent never got it. */
export type AttemptOutcome = "completed" | "failed" | "cancelled" | "lapsed" | "undelivered";

/** What the decision looks at. */
export type AttemptFacts = {
  outcome: AttemptOutcome;
  /** Number of the try that ended, from 1. */
  attempt: number;
  maxAttempts: number;
  /** The agent thinks another try can help; looked at for `failed` alone. */
  retryable: boolean;
  /** Somebody called the task off while the try was on. */
  cancelRequested: boolean;
};

/** What follows a try: an end, or another try in the back-off class given. */
export type AttemptDecision =
  | { next: "completed" | "failed" | "cancelled" }
  | {
      next: "pending";
      /** Retries before this one that count for the back-off; null retries at once. */
      backoffStep: number | null;
    };

/**
 * Decides what follows a try of a task. A try that was never delivered, and the
 * first that lapsed, are repeated at once: nothing says that the work itself
 * went wrong. Everything else backs off, so that a task which kills its agent
 * does not do so in a tight loop.
 */
export function decideAfterAttempt(facts: AttemptFacts): AttemptDecision {
  const { outcome, attempt, maxAttempts, retryable, cancelRequested } = facts;
  if (outcome === "completed") return { next: "completed" };
  if (outcome === "cancelled" || cancelRequested) return { next: "cancelled" };
  if (outcome === "failed" && !retryable) return { next: "failed" };
  if (attempt >= maxAttempts) return { next: "failed" };
  if (outcome === "undelivered" || (outcome === "lapsed" && attempt === 1))
    return { next: "pending", backoffStep: null };
  return { next: "pending", backoffStep: attempt - 1 };
}
