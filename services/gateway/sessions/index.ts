/**
 * Logins: a session is a family of refresh tokens, each good for one use, and
 * short-lived access tokens signed with keys from the database.
 *
 * session-store: families · access-tokens, signing-keys: JWTs · refresh-cookie:
 * how browsers keep a refresh token · authenticate: from a credential to a caller.
 */
export { type AccessTokens, createAccessTokens } from "./access-tokens.ts";
export { type Authenticator, callerOfUser, createAuthenticator, openCaller } from "./authenticate.ts";
export { clearRefreshCookie, readRefreshCookie, refreshCookies, setRefreshCookie } from "./refresh-cookie.ts";
export {
  beginSession,
  endSession,
  endSessionOfToken,
  endSessionsOf,
  type RefreshedSession,
  refreshSession,
} from "./session-store.ts";
export { createSigningKeys, type SigningKeys } from "./signing-keys.ts";
