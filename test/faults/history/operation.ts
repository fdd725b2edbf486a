/** One try of one task. */
export type Try = { taskId: string; attempt: number };

/**
 * What a client of the system did, or was told. Lease tokens and sessions are
 * the numbers the controller gave out. The last four kinds are found afterwards,
 * when all is quiet.
 */
export type Operation =
  /** The transaction that enqueued it was acknowledged. */
  | { kind: "task-acknowledged"; taskId: string; hostId: string }
  /** An agent got its Welcome. */
  | { kind: "session-opened"; hostId: string; session: bigint }
  | ({ kind: "assigned"; hostId: string; session: bigint; leaseToken: bigint } & Try)
  /** `resumed`: the same try taken up again after its agent died in the middle, which may be done twice. */
  | ({ kind: "effect-begun"; hostId: string; resumed: boolean } & Try)
  | ({ kind: "effect-ended"; hostId: string; done: boolean } & Try)
  | ({
      kind: "report-sent";
      reportId: string;
      hostId: string;
      session: bigint;
      leaseToken: bigint;
      state: string;
    } & Try)
  | { kind: "report-answered"; reportId: string; accepted: boolean }
  | { kind: "config-applied"; hostId: string; subject: string; version: number }
  /** The agent said that it went back to this version. */
  | { kind: "rollback-reported"; hostId: string; subject: string; version: number }
  | { kind: "observed"; key: string; count: number }
  | { kind: "observation-acknowledged"; key: string }
  | { kind: "task-found"; taskId: string; state: string }
  /** How a try ended by the controller's record; `reportId` when a report ended it. */
  | ({ kind: "attempt-found"; outcome: string; reportId: string | null } & Try)
  | { kind: "observation-found"; key: string; count: number }
  /** A process or a port that should be gone. */
  | { kind: "left-over"; what: string };

/** An operation with its time, by the monotonic clock in milliseconds. */
export type Entry = Operation & { atMs: number };
