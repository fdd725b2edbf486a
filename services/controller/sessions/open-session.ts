import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type AgentIdentity, identifyAgent } from "../enrollment/index.ts";
import { beginAgentSession } from "../fleet/index.ts";

/** The credential of an `authorization: Bearer ...` header; empty when there is none. */
export function bearerOf(authorization: string | undefined): string {
  return /^bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1] ?? "";
}

/** Says who calls. @throws PhoenixError CREDENTIAL_REJECTED. */
export async function authenticate(db: Database, authorization: string | undefined): Promise<AgentIdentity> {
  const credential = bearerOf(authorization);
  const identity = credential === "" ? null : await identifyAgent(db, credential);
  if (identity === null) throw credentialRejected();
  return identity;
}

/** Begins a session of a host, which fences all older ones. @throws PhoenixError CREDENTIAL_REJECTED when the host is gone. */
export async function beginSession(db: Database, identity: AgentIdentity): Promise<bigint> {
  const session = await beginAgentSession(db, identity.hostId);
  if (session === null) throw credentialRejected();
  return session;
}

function credentialRejected() {
  return phoenixError(
    ErrorReason.CREDENTIAL_REJECTED,
    "The agent's credential is missing, unknown, expired or revoked. Enrol this host again with a new token.",
  );
}
