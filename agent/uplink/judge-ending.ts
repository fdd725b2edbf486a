import { Code } from "@phoenix/platform/errors";

/** What was seen when a session ended, or when none came about. */
export type RawEnding = {
  /** The agent wanted it to end. */
  left: boolean;
  /** The controller had asked the agent to connect again, and when. */
  drain: { retryAfterMs: number; reason: string } | null;
  /** Time from the Welcome to the end, in milliseconds; null when no Welcome came. */
  openMs: number | null;
  /** The code the call ended with; null for the end without error of a stream. */
  code: Code | null;
  /** The field of the agent's own message that broke a rule of the contract; null when the controller named none. */
  refusedField: string | null;
  /** The other side's words, or ours when it gave none. */
  words: string;
};

/**
 * What an ending means for the agent.
 * - `left`: as it wanted; nothing follows.
 * - `served`: the controller ended the stream in order.
 * - `drained`: the controller sends the agent elsewhere, not before `notBeforeMs`.
 * - `crowded`: the controller has no room now.
 * - `retryable`: a connection was lost or refused; dial again.
 * - `refused`: a message of the agent's broke a rule; dial again, and not with the same message for ever.
 * - `fatal`: the credential is refused; dialling again cannot help.
 */
export type Outcome =
  | { name: "left" | "served" | "crowded" | "retryable" | "fatal"; words: string }
  | { name: "drained"; words: string; notBeforeMs: number }
  | { name: "refused"; words: string; field: string };

/**
 * Turns every way a session can end into a named outcome. Whatever is not known
 * is retryable: a killed server is seen as UNAVAILABLE, CANCELLED, ABORTED or
 * INTERNAL, depending on the moment, and a fenced session (ABORTED) as well.
 */
export function judgeEnding({ left, drain, code, refusedField, openMs, words }: RawEnding): Outcome {
  if (left) return { name: "left", words };
  if (code === Code.Unauthenticated) return { name: "fatal", words };
  if (drain !== null) return { name: "drained", words: drain.reason, notBeforeMs: drain.retryAfterMs };
  if (code === Code.InvalidArgument && refusedField !== null) return { name: "refused", words, field: refusedField };
  if (code === Code.ResourceExhausted) return { name: "crowded", words };
  if (code === null && openMs !== null) return { name: "served", words };
  return { name: "retryable", words };
}
