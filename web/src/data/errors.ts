import { Code, ConnectError } from "@connectrpc/connect";
import { fromConnectError } from "@phoenix/platform/errors";

/** What to say of a call that failed: the server's own sentence, or that it cannot be reached. */
export function sayError(error: unknown): string {
  if (isUnreachable(error)) return "The server does not answer. The console tries again by itself.";
  return fromConnectError(error).message;
}

/** The server was not reached at all, or is going down: worth another try. */
export function isUnreachable(error: unknown): boolean {
  const { code, rawMessage } = ConnectError.from(error);
  if (code === Code.Unavailable || code === Code.DeadlineExceeded) return true;
  // Browsers say no more than this of a connection that failed, each in its own words.
  return (code === Code.Unknown || code === Code.Internal) && /fetch|network|load failed/i.test(rawMessage);
}
