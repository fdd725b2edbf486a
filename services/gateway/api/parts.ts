import type { Database } from "@phoenix/platform/database";
import type { HostScope } from "../access/index.ts";
import type { LoginAttempts } from "../accounts/index.ts";
import type { AuditEntry } from "../audit/index.ts";
import type { AccessTokens, Authenticator } from "../sessions/index.ts";
import type { Replay } from "./replay.ts";

/** What the calls of the gateway's own services need. */
export type ApiParts = {
  db: Database;
  clock: () => Date;
  /** No login is asked for. */
  open: boolean;
  /** How one logs in with OpenID Connect; undefined where it is not set up. */
  oidc: { path: string; title: string } | undefined;
  accessTokens: AccessTokens;
  authenticator: Authenticator;
  attempts: LoginAttempts;
  scope: HostScope;
  replay: Replay;
  append(entry: AuditEntry): Promise<void>;
};
