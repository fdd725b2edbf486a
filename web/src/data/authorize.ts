import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { credential, renew, sessionSignal } from "./session.ts";

/**
 * Gives every call the session's credential, and repeats one with a new
 * credential when the old one is refused. Ends it with the session.
 */
export const authorize: Interceptor = (next) => async (asked) => {
  const request = { ...asked, signal: AbortSignal.any([asked.signal, sessionSignal()]) };
  const header = await credential();
  for (const [name, value] of Object.entries(header)) request.header.set(name, value);
  try {
    return await next(request);
  } catch (error) {
    if (ConnectError.from(error).code !== Code.Unauthenticated) throw error;
    if (!(await renew(header.authorization))) throw error;
    for (const [name, value] of Object.entries(await credential())) request.header.set(name, value);
    return await next(request);
  }
};
