import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type AgentIdentity, identifyAgent, identifyAgents } from "../enrollment/index.ts";
import { beginAgentSessions } from "../fleet/index.ts";

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

/**
 * Begins a session of a host that is to be heard so often; it fences all older ones.
 * @throws PhoenixError CREDENTIAL_REJECTED when the host is gone.
 */
export async function beginSession(
  db: Database,
  { hostId }: AgentIdentity,
  heartbeatIntervalMs: number,
): Promise<bigint> {
  const session = (await beginAgentSessions(db, [hostId], heartbeatIntervalMs)).get(hostId);
  if (session === undefined) throw credentialRejected();
  return session;
}

/** Who opens a session, its number, and how often it is to be heard; null where the credential is refused. */
export type OpenedSession = { identity: AgentIdentity; session: bigint; heartbeatIntervalMs: number } | null;

/** Identifies agents by their different credentials and begins a session of each, in two statements. */
export async function openSessions(
  db: Database,
  credentials: readonly string[],
  heartbeatIntervalMs: number,
): Promise<OpenedSession[]> {
  const begin = (hostIds: string[]) => beginAgentSessions(db, hostIds, heartbeatIntervalMs);
  const identities = await identifyAgents(db, credentials);
  const hosts = new Set<string>();
  // Two credentials of one host make two sessions, of which the later is the newer.
  const firsts = identities.map((identity) => {
    if (identity === null || hosts.has(identity.hostId)) return null;
    hosts.add(identity.hostId);
    return identity;
  });
  const begun = hosts.size === 0 ? new Map<string, bigint>() : await begin([...hosts]);
  const opened: OpenedSession[] = [];
  for (const [index, identity] of identities.entries()) {
    if (identity === null) opened.push(null);
    else {
      const session =
        firsts[index] === null ? (await begin([identity.hostId])).get(identity.hostId) : begun.get(identity.hostId);
      opened.push(session === undefined ? null : { identity, session, heartbeatIntervalMs });
    }
  }
  return opened;
}

/** The refusal of a credential that names nobody. */
export function credentialRejected() {
  return phoenixError(
    ErrorReason.CREDENTIAL_REJECTED,
    "The agent's credential is missing, unknown, expired or revoked. Enrol this host again with a new token.",
  );
}
