import { Code, ErrorReason } from "@phoenix/platform/errors";

/** What ended a session: the fact, before anything is made of it. */
export type EndingCause =
  | "goodbye"
  | "transport-closed"
  | "missed-heartbeats"
  | "newer-session"
  | "host-removed"
  | "credential-expired"
  | "slow-reader"
  | "flood"
  | "broken-protocol"
  | "no-hello"
  | "server-stopping"
  | "internal";

/** What an ending says about the host. `drained`: it was asked to connect elsewhere. */
export type HostOutcome = "departed" | "lost" | "replaced" | "refused" | "drained";

/** What the agent is to make of it: nothing, connect again when told to, connect again with back-off, or give up. */
export type AgentOutcome = "served" | "drained" | "retryable" | "fatal";

/** An ending, named for both sides. */
export type Ending = {
  host: HostOutcome;
  agent: AgentOutcome;
  /** How the call ends on the wire; null ends it without an error. */
  error: { code: Code; reason: ErrorReason; message: string } | null;
};

const refused = (code: Code, reason: ErrorReason, agent: AgentOutcome, message: string): Ending => ({
  host: "refused",
  agent,
  error: { code, reason, message },
});

const endings: Record<EndingCause, Ending> = {
  goodbye: { host: "departed", agent: "served", error: null },
  "transport-closed": { host: "lost", agent: "retryable", error: null },
  "missed-heartbeats": {
    host: "lost",
    agent: "retryable",
    error: {
      code: Code.Unavailable,
      reason: ErrorReason.STALE_TOKEN,
      message: "No heartbeat came for three intervals, so this session is over. Connect again.",
    },
  },
  "newer-session": {
    host: "replaced",
    agent: "fatal",
    error: {
      code: Code.Aborted,
      reason: ErrorReason.STALE_TOKEN,
      message: "A newer session of this host was opened, so this one is over. Run one agent on a host.",
    },
  },
  "host-removed": refused(
    Code.Unauthenticated,
    ErrorReason.CREDENTIAL_REJECTED,
    "fatal",
    "This host was deleted and its credential revoked. Enrol it again to bring it back.",
  ),
  "credential-expired": refused(
    Code.Unauthenticated,
    ErrorReason.CREDENTIAL_REJECTED,
    "retryable",
    "The credential of this session has expired. Connect with the renewed one, or enrol again.",
  ),
  "slow-reader": refused(
    Code.ResourceExhausted,
    ErrorReason.UNSPECIFIED,
    "retryable",
    "The agent reads too slowly, so its outbox is full. Connect again.",
  ),
  flood: refused(
    Code.ResourceExhausted,
    ErrorReason.UNSPECIFIED,
    "retryable",
    "The agent sends faster than its messages can be stored. Connect again and slow down.",
  ),
  "broken-protocol": refused(
    Code.InvalidArgument,
    ErrorReason.INVALID_FIELD,
    "fatal",
    "A message breaks the rules of the conversation. Use an agent of the server's version.",
  ),
  "no-hello": refused(
    Code.DeadlineExceeded,
    ErrorReason.UNSPECIFIED,
    "retryable",
    "The agent did not introduce itself in time. Connect again and send Hello first.",
  ),
  "server-stopping": {
    host: "drained",
    agent: "drained",
    error: null,
  },
  internal: refused(
    Code.Internal,
    ErrorReason.INTERNAL,
    "retryable",
    "The server could not handle a message; its log has the details. Connect again.",
  ),
};

/** Names an ending: the one place where facts become outcomes. */
export function endingOf(cause: EndingCause): Ending {
  return endings[cause];
}
