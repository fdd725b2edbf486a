import { ErrorReason, phoenixError } from "../errors/index.ts";
import type { Tx } from "./database.ts";

/** What identifies one request of one caller. */
export interface RequestIdentity {
  /** Full name of the RPC; where ids of different callers must not meet, with the caller's id after it. */
  method: string;
  /** The caller's id; empty for a caller that wants no protection. */
  requestId: string;
  /** Digest of the request without its id. */
  requestHash: Uint8Array;
}

/**
 * Runs `fn` once per request id and gives every repetition its first answer.
 * The answer is stored in `tx`, so it is remembered exactly when the effects
 * are; two requests with one id at the same time wait for each other.
 * @throws PhoenixError REQUEST_ID_REUSED when the id came with other content.
 */
export async function withRequestId(
  tx: Tx,
  { method, requestId, requestHash }: RequestIdentity,
  fn: () => Promise<{ bytes: Uint8Array }>,
): Promise<{ bytes: Uint8Array; replayed: boolean }> {
  if (requestId === "") return { bytes: (await fn()).bytes, replayed: false };
  const hash = Buffer.from(requestHash);
  const claimed = await tx.query(
    `INSERT INTO request_log (method, request_id, request_hash) VALUES ($1, $2, $3)
     ON CONFLICT (method, request_id) DO NOTHING RETURNING method`,
    [method, requestId, hash],
  );
  if (claimed.length === 0) return replay(tx, method, requestId, hash);
  const { bytes } = await fn();
  await tx.query("UPDATE request_log SET response = $3 WHERE method = $1 AND request_id = $2", [
    method,
    requestId,
    Buffer.from(bytes),
  ]);
  return { bytes, replayed: false };
}

async function replay(tx: Tx, method: string, requestId: string, hash: Buffer) {
  const [row] = await tx.query<{ request_hash: Buffer; response: Buffer }>(
    "SELECT request_hash, response FROM request_log WHERE method = $1 AND request_id = $2",
    [method, requestId],
  );
  if (row === undefined || !row.request_hash.equals(hash)) {
    throw phoenixError(
      ErrorReason.REQUEST_ID_REUSED,
      `request id ${requestId} was used before with another request. Use a new id for a new request`,
      { metadata: { request_id: requestId } },
    );
  }
  return { bytes: new Uint8Array(row.response), replayed: true };
}

/** Forgets answers older than `olderThanMs` milliseconds; gives how many. */
export async function pruneRequestLog(tx: Tx, olderThanMs: number): Promise<number> {
  const sql = `WITH gone AS (
      DELETE FROM request_log WHERE created_at < now() - $1 * interval '1 millisecond' RETURNING 1
    ) SELECT count(*)::int AS count FROM gone`;
  const [row] = await tx.query<{ count: number }>(sql, [olderThanMs]);
  return row?.count ?? 0;
}
