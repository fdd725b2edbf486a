/** How a try of a task ended. */
export type TaskResult = {
  /** The end reached. */
  state: "completed" | "failed" | "cancelled";
  /** What happened, in one line, at most 8192 characters. */
  message: string;
  /** Another try may succeed. */
  retryable: boolean;
};

/** One try of one task, under one lease. */
export type AttemptRef = {
  /** Id of the task. */
  taskId: string;
  /** Number of the try, from 1. */
  attempt: number;
  /** Fencing token of its lease. */
  leaseToken: bigint;
};

/** A try whose effect may have begun. */
export type BegunAttempt = AttemptRef & {
  /** The assignment in protobuf bytes, so that a restarted agent can do it again. */
  assignment: Uint8Array;
};

/** A try that is over, and when, in milliseconds since the Unix epoch. */
export type AttemptEnd = AttemptRef & { result: TaskResult; endedAtMs: number };

/** One line of the journal. */
export type JournalEntry = ({ phase: "begin" } & BegunAttempt) | ({ phase: "end" } & AttemptEnd);
