import type { Queryable, Tx } from "@phoenix/platform/database";
import { hashSecret, makeSecret } from "./secret.ts";

/** A credential as it is given to an agent, once. */
export type IssuedCredential = { credential: string; expireAt: Date };

/** Who a credential belongs to. */
export type AgentIdentity = {
  hostId: string;
  /** Number of the host's newest session. */
  currentSession: bigint;
  /** When the credential ends. */
  expireAt: Date;
};

const issue = `
  insert into agent_credentials (secret_hash, host_id, expire_at)
  values ($1, $2, now() + $3 * interval '1 millisecond') returning expire_at`;

const find = `
  select c.secret_hash, c.host_id, c.expire_at, c.first_used_at is null as unused, s.session
  from agent_credentials c join agent_status s using (host_id)
  where c.secret_hash = any($1::bytea[]) and c.expire_at > now()`;

// The first use of a credential ends the ones before it; those issued later wait for their own first use.
const firstUse = `
  with used as (
    update agent_credentials set first_used_at = now()
    where secret_hash = any($1::bytea[]) and first_used_at is null
    returning host_id, issued_at
  )
  delete from agent_credentials c using used
  where c.host_id = used.host_id and c.issued_at < used.issued_at`;

// Bounds what an agent that renews and never uses can leave behind.
const dropUnused = `
  delete from agent_credentials where host_id = $1 and first_used_at is null and secret_hash <> $2`;

const prune = `delete from agent_credentials where expire_at < now() returning host_id`;

/** Gives a host a credential; the ones it has stay valid until this one is used. */
export async function issueCredential(tx: Tx, hostId: string, ttlMs: number): Promise<IssuedCredential> {
  const credential = makeSecret("credential");
  const [row] = await tx.query<{ expire_at: Date }>(issue, [hashSecret(credential), hostId, ttlMs]);
  return { credential, expireAt: row!.expire_at };
}

/** Gives a host a credential in place of the one presented; others that were renewed and never used end. */
export async function renewCredential(
  tx: Tx,
  hostId: string,
  presented: string,
  ttlMs: number,
): Promise<IssuedCredential> {
  await tx.query(dropUnused, [hostId, hashSecret(presented)]);
  return issueCredential(tx, hostId, ttlMs);
}

/** Says whose credentials are, in their order; null for one that is unknown, over or revoked. */
export async function identifyAgents(q: Queryable, credentials: readonly string[]): Promise<(AgentIdentity | null)[]> {
  type Row = { secret_hash: Buffer; host_id: string; expire_at: Date; unused: boolean; session: string };
  const hashes = credentials.map(hashSecret);
  const rows = await q.query<Row>(find, [hashes]);
  const unused = rows.flatMap((row) => (row.unused ? row.secret_hash : []));
  if (unused.length > 0) await q.query(firstUse, [unused]);
  const known = new Map(rows.map((row) => [row.secret_hash.toString("hex"), row]));
  return hashes.map((hash) => {
    const row = known.get(hash.toString("hex"));
    if (row === undefined) return null;
    return { hostId: row.host_id, currentSession: BigInt(row.session), expireAt: row.expire_at };
  });
}

/** Says whose a credential is; null when it is unknown, over or revoked. */
export async function identifyAgent(q: Queryable, credential: string): Promise<AgentIdentity | null> {
  const [identity] = await identifyAgents(q, [credential]);
  return identity ?? null;
}

/** Maintenance: forgets credentials that ended. Gives their number. */
export async function pruneCredentials(q: Queryable): Promise<number> {
  return (await q.query(prune)).length;
}
