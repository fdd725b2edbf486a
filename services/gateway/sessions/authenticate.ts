import type { Database } from "@phoenix/platform/database";
import { adminEverywhere, type Caller, intersectGrants } from "../access/index.ts";
import { getUser, type UserRecord, type UserRow, userColumns, userOfRow } from "../accounts/index.ts";
import { findToken, getToken, isApiToken, noteTokenUse, type TokenRecord } from "../tokens/index.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { createBriefCache } from "./brief-cache.ts";

/** Finds out who calls. */
export type Authenticator = {
  /** The caller of an `authorization` header; undefined without a valid credential. */
  authenticate(header: string | null): Promise<Caller | undefined>;
  /** The caller of a call that goes on, as of now; undefined when the login or the token is over. */
  lookAgain(caller: Caller): Promise<Caller | undefined>;
  /** A user, or a service by its token, as of now and without a credential; undefined when disabled, revoked or over. */
  lookUp(subject: { userId: string | null; tokenId: string | null }): Promise<Caller | undefined>;
  /** Forgets what it remembers, after a change of who may do what. */
  forget(): void;
};

/** For this long, in milliseconds, a replica may not notice that another took something away. */
const rememberMs = 2_000;

/** Creates the authenticator: access tokens of logins, and tokens for programs. */
export function createAuthenticator(db: Database, accessTokens: AccessTokens, clock: () => Date): Authenticator {
  const callers = createBriefCache<Caller | undefined>(rememberMs, 10_000);

  const bySession = async (sessionId: string, userId: string): Promise<Caller | undefined> => {
    const [row] = await db.query<UserRow>(
      `SELECT ${userColumns} FROM user_sessions s JOIN users u USING (user_id)
       WHERE s.session_id = $1 AND u.user_id = $2 AND s.end_time IS NULL AND s.expire_time > $3 AND NOT u.disabled`,
      [sessionId, userId, clock()],
    );
    return row === undefined ? undefined : callerOfUser(userOfRow(row), { sessionId });
  };
  const callerOfToken = async (token: TokenRecord): Promise<Caller | undefined> => {
    const { tokenId, scopes, expireTime } = token;
    if (token.userId === null) {
      const name = `service:${token.name}`;
      const rest = { userId: "", displayName: token.name, mustChangePassword: false, sessionId: "", open: false };
      return { ...rest, name, grants: token.grants, scopes, expireTime, tokenId };
    }
    const user = await getUser(db, token.userId);
    if (user.disabled) return undefined;
    const grants = intersectGrants(token.grants, user.grants);
    return { ...callerOfUser(user, { tokenId }), grants, scopes, expireTime };
  };
  const byToken = async (secret: string): Promise<Caller | undefined> => {
    const token = await findToken(db, secret, clock());
    if (token === undefined) return undefined;
    await noteTokenUse(db, token, clock());
    return callerOfToken(token);
  };
  const byTokenId = async (tokenId: string): Promise<Caller | undefined> => {
    const token = await getToken(db, tokenId);
    const over = token.revokeTime !== null || token.expireTime.getTime() <= clock().getTime();
    return over ? undefined : callerOfToken(token);
  };

  return {
    async authenticate(header) {
      const credential = /^bearer +(\S+)$/i.exec(header ?? "")?.[1];
      if (credential === undefined) return undefined;
      if (isApiToken(credential)) {
        const caller = await callers.get(credential, () => byToken(credential));
        const over = caller?.expireTime !== undefined && caller.expireTime.getTime() <= clock().getTime();
        return over ? undefined : caller;
      }
      const subject = await accessTokens.read(credential);
      if (subject === undefined) return undefined;
      const { sessionId, userId, expireTime } = subject;
      const caller = await callers.get(sessionId, () => bySession(sessionId, userId));
      return caller === undefined ? undefined : { ...caller, expireTime };
    },
    lookAgain: ({ sessionId, tokenId, userId }) =>
      sessionId === "" ? byTokenId(tokenId) : bySession(sessionId, userId),
    async lookUp({ userId, tokenId }) {
      if (tokenId !== null) return byTokenId(tokenId);
      const user = await getUser(db, userId ?? "");
      return user.disabled ? undefined : callerOfUser(user);
    },
    forget: () => callers.clear(),
  };
}

/** A user as a caller. */
export function callerOfUser(user: UserRecord, by: { sessionId?: string; tokenId?: string } = {}): Caller {
  return {
    userId: user.userId,
    name: user.name,
    displayName: user.displayName,
    grants: user.grants,
    scopes: [],
    expireTime: undefined,
    mustChangePassword: user.mustChangePassword,
    sessionId: by.sessionId ?? "",
    tokenId: by.tokenId ?? "",
    open: false,
  };
}

/** Everyone, where no login is asked for. */
export const openCaller: Caller = {
  userId: "",
  name: "operator",
  displayName: "",
  grants: [adminEverywhere],
  scopes: [],
  expireTime: undefined,
  mustChangePassword: false,
  sessionId: "",
  tokenId: "",
  open: true,
};
