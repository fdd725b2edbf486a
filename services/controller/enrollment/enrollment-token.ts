import { randomUUID } from "node:crypto";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { hashSecret, makeSecret } from "./secret.ts";

/** A token that enrols hosts, without its secret. */
export type EnrollmentTokenRecord = {
  tokenId: string;
  tokenSeq: bigint;
  usesLeft: number;
  labels: Record<string, string>;
  createdAt: Date;
  expireAt: Date;
  revoked: boolean;
};

type TokenRow = {
  token_id: string;
  token_seq: string;
  uses_left: number;
  labels: Record<string, string>;
  created_at: Date;
  expire_at: Date;
  revoked: boolean;
};

const columns = `token_id, token_seq, uses_left, labels, created_at, expire_at, revoked_at is not null as revoked`;

const insert = `
  insert into enrollment_tokens (token_id, secret_hash, uses_left, labels, expire_at)
  values ($1, $2, $3, $4::jsonb, now() + $5 * interval '1 millisecond')
  returning ${columns}`;

const list = `
  select ${columns} from enrollment_tokens
  where $1::bigint is null or token_seq < $1 order by token_seq desc limit $2`;

const revoke = `
  update enrollment_tokens set revoked_at = coalesce(revoked_at, now()) where token_id = $1 returning token_id`;

const isUsable = `secret_hash = $1 and revoked_at is null and uses_left > 0 and expire_at > now()`;
const find = `select ${columns} from enrollment_tokens where ${isUsable}`;
const use = `update enrollment_tokens set uses_left = uses_left - 1 where ${isUsable} returning token_id`;

const prune = `
  delete from enrollment_tokens where expire_at < now() - $1 * interval '1 millisecond' returning token_id`;

function tokenFromRow(row: TokenRow): EnrollmentTokenRecord {
  return {
    tokenId: row.token_id,
    tokenSeq: BigInt(row.token_seq),
    usesLeft: row.uses_left,
    labels: row.labels,
    createdAt: row.created_at,
    expireAt: row.expire_at,
    revoked: row.revoked,
  };
}

/** Makes a token; the secret is in this answer alone. */
export async function createEnrollmentToken(
  tx: Tx,
  wanted: { ttlMs: number; maxUses: number; labels: Readonly<Record<string, string>> },
): Promise<{ token: EnrollmentTokenRecord; secret: string }> {
  const secret = makeSecret("enrollment");
  const params = [randomUUID(), hashSecret(secret), wanted.maxUses, JSON.stringify(wanted.labels), wanted.ttlMs];
  const [row] = await tx.query<TokenRow>(insert, params);
  return { token: tokenFromRow(row!), secret };
}

/** Lists tokens, newest first, from below `before` when it is given. */
export async function listEnrollmentTokens(
  q: Queryable,
  before: bigint | null,
  limit: number,
): Promise<EnrollmentTokenRecord[]> {
  return (await q.query<TokenRow>(list, [before?.toString() ?? null, limit])).map(tokenFromRow);
}

/** Takes a token back; hosts enrolled with it stay. False when there is no such token. */
export async function revokeEnrollmentToken(tx: Tx, tokenId: string): Promise<boolean> {
  return (await tx.query(revoke, [tokenId])).length > 0;
}

/** The token that enrols now; null when it is unknown, over, used up or taken back. It is not used by that. */
export async function findEnrollmentToken(tx: Tx, secret: string): Promise<EnrollmentTokenRecord | null> {
  const [row] = await tx.query<TokenRow>(find, [hashSecret(secret)]);
  return row === undefined ? null : tokenFromRow(row);
}

/**
 * Uses a token once; false when it is unknown, over, used up or taken back. Who
 * else enrols with it waits until this transaction ends: to be said last in it.
 */
export async function useEnrollmentToken(tx: Tx, secret: string): Promise<boolean> {
  return (await tx.query(use, [hashSecret(secret)])).length > 0;
}

/** Maintenance: forgets tokens that ended longer ago than `keepMs`. Gives their number. */
export async function pruneEnrollmentTokens(q: Queryable, keepMs: number): Promise<number> {
  return (await q.query(prune, [keepMs])).length;
}
