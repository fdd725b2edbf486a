import { createHash, randomBytes } from "node:crypto";
import type { Database, Queryable, Tx } from "@phoenix/platform/database";

/** Why a session ended before its time. */
export type SessionEnd = "logout" | "reuse" | "password" | "rights";

/** A session that goes on with a new refresh token. */
export type RefreshedSession = { sessionId: string; userId: string; refreshToken: string; expireTime: Date };

/** What became of a refresh token that was presented. */
export type RefreshOutcome =
  | { kind: "refreshed"; session: RefreshedSession }
  /** It was used before: the whole session is over now. */
  | { kind: "reused"; sessionId: string; userId: string }
  | { kind: "refused" };

/** How long a session lasts at most, and without a refresh, in milliseconds. */
const sessionMs = 30 * 86_400_000;
const idleMs = 7 * 86_400_000;
/** How long a session that is over is remembered, in milliseconds. */
const rememberMs = 7 * 86_400_000;

const prefix = "phr_";

/** Begins a session of a user. */
export async function beginSession(tx: Tx, userId: string, source: string, now: Date): Promise<RefreshedSession> {
  const sessionId = `ses-${randomBytes(12).toString("hex")}`;
  const sessionEnd = new Date(now.getTime() + sessionMs);
  await tx.query("DELETE FROM user_sessions WHERE expire_time < $1", [new Date(now.getTime() - rememberMs)]);
  await tx.query(
    "INSERT INTO user_sessions (session_id, user_id, source, create_time, expire_time) VALUES ($1, $2, $3, $4, $5)",
    [sessionId, userId, source, now, sessionEnd],
  );
  return { sessionId, userId, ...(await addRefreshToken(tx, sessionId, sessionEnd, now)) };
}

/** Uses a refresh token: once it gives another; a second time it ends the session. */
export function refreshSession(db: Database, refreshToken: string, now: Date): Promise<RefreshOutcome> {
  // What ends a session must be kept although the call fails, so outcomes are values here.
  return db.transaction(async (tx): Promise<RefreshOutcome> => {
    const hash = hashOf(refreshToken);
    const [row] = await tx.query<Row>(
      `SELECT s.session_id, s.user_id, s.expire_time AS session_end, s.end_time, r.expire_time, r.use_time, u.disabled
       FROM refresh_tokens r JOIN user_sessions s USING (session_id) JOIN users u USING (user_id)
       WHERE r.token_hash = $1 FOR UPDATE OF s, r`,
      [hash],
    );
    if (row === undefined || row.end_time !== null) return { kind: "refused" };
    const { session_id: sessionId, user_id: userId, session_end: sessionEnd } = row;
    if (row.use_time !== null) {
      await endSession(tx, sessionId, "reuse", now);
      return { kind: "reused", sessionId, userId };
    }
    if (row.disabled || Math.min(row.expire_time.getTime(), sessionEnd.getTime()) <= now.getTime()) {
      return { kind: "refused" };
    }
    await tx.query("UPDATE refresh_tokens SET use_time = $2 WHERE token_hash = $1", [hash, now]);
    return {
      kind: "refreshed",
      session: { sessionId, userId, ...(await addRefreshToken(tx, sessionId, sessionEnd, now)) },
    };
  });
}

/** Ends the session of a refresh token, used or not; gives its id and user, undefined when there is none. */
export async function endSessionOfToken(
  db: Database,
  refreshToken: string,
  now: Date,
): Promise<{ sessionId: string; userId: string } | undefined> {
  const [row] = await db.query<{ session_id: string; user_id: string }>(
    "SELECT s.session_id, s.user_id FROM refresh_tokens r JOIN user_sessions s USING (session_id) WHERE r.token_hash = $1",
    [hashOf(refreshToken)],
  );
  if (row === undefined) return undefined;
  await endSession(db, row.session_id, "logout", now);
  return { sessionId: row.session_id, userId: row.user_id };
}

/** Ends a session; one that is over stays as it is. */
export async function endSession(q: Queryable, sessionId: string, reason: SessionEnd, now: Date): Promise<void> {
  await q.query("UPDATE user_sessions SET end_time = $2, end_reason = $3 WHERE session_id = $1 AND end_time IS NULL", [
    sessionId,
    now,
    reason,
  ]);
}

/** Ends the sessions of a user, but for one. */
export async function endSessionsOf(
  q: Queryable,
  userId: string,
  reason: SessionEnd,
  now: Date,
  except = "",
): Promise<void> {
  await q.query(
    `UPDATE user_sessions SET end_time = $2, end_reason = $3
     WHERE user_id = $1 AND end_time IS NULL AND session_id <> $4`,
    [userId, now, reason, except],
  );
}

type Row = {
  session_id: string;
  user_id: string;
  session_end: Date;
  end_time: Date | null;
  expire_time: Date;
  use_time: Date | null;
  disabled: boolean;
};

async function addRefreshToken(
  tx: Tx,
  sessionId: string,
  sessionEnd: Date,
  now: Date,
): Promise<{ refreshToken: string; expireTime: Date }> {
  const refreshToken = prefix + randomBytes(32).toString("base64url");
  const expireTime = new Date(Math.min(now.getTime() + idleMs, sessionEnd.getTime()));
  await tx.query("INSERT INTO refresh_tokens (token_hash, session_id, expire_time) VALUES ($1, $2, $3)", [
    hashOf(refreshToken),
    sessionId,
    expireTime,
  ]);
  return { refreshToken, expireTime };
}

/** Tokens are 256 random bits, so a fast hash without salt is enough. */
function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
