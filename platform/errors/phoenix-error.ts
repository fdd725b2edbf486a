import type { Code } from "@connectrpc/connect";
import type { ErrorReason } from "@phoenix/gen/phoenix/error/v1/error_reason_pb.ts";
import { codeOfReason } from "./reason-codes.ts";

/** What may be said about a {@link PhoenixError} besides its reason and message. */
export interface PhoenixErrorOptions {
  /** Canonical code; without it the reason's own (see reason-codes). */
  code?: Code;
  /** Facts for programs, such as the field or the id. Never a secret: it leaves the process. */
  metadata?: Readonly<Record<string, string>>;
  /** What was caught. Stays in the process: it is logged, never sent. */
  cause?: unknown;
}

/** The one error Phoenix throws on purpose; its message is fit for the person who made the call. */
export class PhoenixError extends Error {
  override readonly name = "PhoenixError";
  /** Canonical gRPC and Connect code. */
  readonly code: Code;
  /** Why, in a word a program can branch on. */
  readonly reason: ErrorReason;
  /** Facts for programs. */
  readonly metadata: Readonly<Record<string, string>>;

  constructor(reason: ErrorReason, message: string, options: PhoenixErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.code = options.code ?? codeOfReason(reason);
    this.metadata = options.metadata ?? {};
  }
}

/** Makes a {@link PhoenixError}; the message says what happened, why, and what to do. */
export function phoenixError(reason: ErrorReason, message: string, options: PhoenixErrorOptions = {}): PhoenixError {
  return new PhoenixError(reason, message, options);
}

/** True for a house error, with this reason when one is given. */
export function isPhoenixError(error: unknown, reason?: ErrorReason): error is PhoenixError {
  return error instanceof PhoenixError && (reason === undefined || error.reason === reason);
}
