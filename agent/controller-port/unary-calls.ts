import type { DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

/** How one call is made. */
export type CallOptions = {
  /** The agent's credential; left out of calls that need none. */
  credential?: string;
  /** The call fails with DEADLINE_EXCEEDED after this long, in milliseconds; default 10,000. */
  timeoutMs?: number;
  /** Cancels the call. */
  signal?: AbortSignal;
};

/** One way to make the unary calls of the agent port. */
export type UnaryCalls = {
  /** Makes a unary call; a failure is thrown as a PhoenixError with the server's code, reason and words. */
  call<I extends DescMethodUnary["input"], O extends DescMethodUnary["output"]>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions,
  ): Promise<MessageShape<O>>;
  /** Closes the connection of the unary calls; those in progress fail. */
  close(): void;
};

/** How long a call may take where nobody says, in milliseconds. */
export const defaultTimeoutMs = 10_000;

/** The value of the header that carries a credential. */
export function bearer(credential: string): string {
  return `Bearer ${credential}`;
}
