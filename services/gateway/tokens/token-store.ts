import { createHash, randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type ApiToken, ApiTokenSchema } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type Grant, readGrants, type StoredGrant, storeGrants } from "../access/index.ts";

/** A token for programs as the database has it. */
export type TokenRecord = {
  tokenId: string;
  ordinal: bigint;
  name: string;
  /** The user it acts for; null for a service. */
  userId: string | null;
  grants: Grant[];
  scopes: string[];
  createTime: Date;
  expireTime: Date;
  useTime: Date | null;
  revokeTime: Date | null;
};

type TokenRow = {
  token_id: string;
  ordinal: string;
  name: string;
  user_id: string | null;
  grants: StoredGrant[];
  scopes: string[];
  create_time: Date;
  expire_time: Date;
  use_time: Date | null;
  revoke_time: Date | null;
};

/** How every token for programs begins, so that scanners for secrets know it. */
const prefix = "phx_";
const columns = "token_id, ordinal, name, user_id, grants, scopes, create_time, expire_time, use_time, revoke_time";

/** True for what looks like a token for programs. */
export function isApiToken(credential: string): boolean {
  return credential.startsWith(prefix);
}

/** Makes a token; the secret is given once and kept as its SHA-256 only. */
export async function insertToken(
  tx: Tx,
  token: Pick<TokenRecord, "name" | "userId" | "grants" | "scopes" | "createTime" | "expireTime">,
): Promise<{ record: TokenRecord; secret: string }> {
  const secret = prefix + randomBytes(32).toString("base64url");
  const [row] = await tx.query<TokenRow>(
    `INSERT INTO api_tokens (token_id, name, user_id, token_hash, grants, scopes, create_time, expire_time)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING ${columns}`,
    [
      ...[`tok-${randomBytes(8).toString("hex")}`, token.name, token.userId, hashOf(secret)],
      ...[storeGrants(token.grants), token.scopes, token.createTime, token.expireTime],
    ],
  );
  return { record: tokenOfRow(row!), secret };
}

/** A token that is neither revoked nor over, by its secret. */
export async function findToken(q: Queryable, secret: string, now: Date): Promise<TokenRecord | undefined> {
  const [row] = await q.query<TokenRow>(
    `SELECT ${columns} FROM api_tokens WHERE token_hash = $1 AND revoke_time IS NULL AND expire_time > $2`,
    [hashOf(secret), now],
  );
  return row === undefined ? undefined : tokenOfRow(row);
}

/** A token by id. @throws PhoenixError ACCOUNT_NOT_FOUND. */
export async function getToken(q: Queryable, tokenId: string): Promise<TokenRecord> {
  const [row] = await q.query<TokenRow>(`SELECT ${columns} FROM api_tokens WHERE token_id = $1`, [tokenId]);
  if (row !== undefined) return tokenOfRow(row);
  throw phoenixError(ErrorReason.ACCOUNT_NOT_FOUND, `There is no token ${tokenId}. List the tokens to see the ids.`);
}

/** Tokens before an ordinal, newest first, of one user or of all. */
export async function listTokens(
  q: Queryable,
  { userId, before, limit }: { userId: string | null; before: bigint | null; limit: number },
): Promise<TokenRecord[]> {
  const rows = await q.query<TokenRow>(
    `SELECT ${columns} FROM api_tokens
     WHERE ($1::text IS NULL OR user_id = $1) AND ($2::bigint IS NULL OR ordinal < $2) ORDER BY ordinal DESC LIMIT $3`,
    [userId, before, limit],
  );
  return rows.map(tokenOfRow);
}

/** Revokes a token; one that was revoked stays so. */
export async function revokeToken(tx: Tx, tokenId: string, now: Date): Promise<void> {
  await tx.query("UPDATE api_tokens SET revoke_time = $2 WHERE token_id = $1 AND revoke_time IS NULL", [tokenId, now]);
}

/** Notes that a token was used, at most once a minute. */
export async function noteTokenUse(q: Queryable, { tokenId, useTime }: TokenRecord, now: Date): Promise<void> {
  if (useTime !== null && now.getTime() - useTime.getTime() < 60_000) return;
  await q.query(
    `UPDATE api_tokens SET use_time = $2
     WHERE token_id = $1 AND (use_time IS NULL OR use_time <= $2::timestamptz - interval '1 minute')`,
    [tokenId, now],
  );
}

function tokenOfRow(row: TokenRow): TokenRecord {
  return {
    tokenId: row.token_id,
    ordinal: BigInt(row.ordinal),
    name: row.name,
    userId: row.user_id,
    grants: readGrants(row.grants),
    scopes: row.scopes,
    createTime: row.create_time,
    expireTime: row.expire_time,
    useTime: row.use_time,
    revokeTime: row.revoke_time,
  };
}

/** Tokens are 256 random bits, so a fast hash without salt is enough. */
function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** A token as the contract has it. */
export function tokenMessage(token: TokenRecord): ApiToken {
  const { tokenId, name, userId, grants, scopes, createTime, expireTime, useTime, revokeTime } = token;
  return create(ApiTokenSchema, {
    ...{ tokenId, name, scopes },
    userId: userId ?? "",
    grants: grants.map(({ role, labels }) => ({ role, labels: { ...labels } })),
    createTime: timestampFromDate(createTime),
    expireTime: timestampFromDate(expireTime),
    ...(useTime === null ? {} : { useTime: timestampFromDate(useTime) }),
    revoked: revokeTime !== null,
  });
}
