import { createContextKey } from "@connectrpc/connect";
import type { Grant } from "./grants.ts";

/** Whoever makes a call. */
export type Caller = {
  /** Id of the user; empty for a service's token and where no login is asked for. */
  userId: string;
  /** Name as it stands in records; "service:" before that of a service's token. */
  name: string;
  displayName: string;
  grants: readonly Grant[];
  /** RPCs the caller may call; empty takes all of the role. */
  scopes: readonly string[];
  /** When the credential ends; undefined for never. */
  expireTime: Date | undefined;
  mustChangePassword: boolean;
  /** The login; empty for a token. */
  sessionId: string;
  /** The token; empty for a login. */
  tokenId: string;
  /** No login is asked for here. */
  open: boolean;
};

/** The caller of a call that is being served; undefined without a credential. */
export const callerKey = createContextKey<Caller | undefined>(undefined, { description: "caller" });

/** True when a scope names the RPC, alone or with all of its service. */
export function isInScope(scopes: readonly string[], method: string): boolean {
  if (scopes.length === 0) return true;
  const whole = `${method.slice(0, method.indexOf("/"))}/*`;
  return scopes.includes(method) || scopes.includes(whole);
}
