import type { HandlerContext } from "@connectrpc/connect";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type Caller, callerKey } from "../access/index.ts";

/** The caller of a call. @throws PhoenixError UNAUTHENTICATED without one, which the rules let no call come to. */
export function knownCaller(context: Pick<HandlerContext, "values">): Caller {
  const caller = context.values.get(callerKey);
  if (caller !== undefined) return caller;
  throw phoenixError(ErrorReason.UNAUTHENTICATED, "This call needs a login: `phoenix auth login`.");
}
