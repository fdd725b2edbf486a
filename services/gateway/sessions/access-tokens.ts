import { errors, jwtVerify, SignJWT } from "jose";
import type { SigningKeys } from "./signing-keys.ts";

/** Who an access token speaks for. */
export type TokenSubject = { userId: string; sessionId: string };

/** Makes and reads access tokens: JWTs signed with EdDSA. */
export type AccessTokens = {
  make(subject: TokenSubject): Promise<{ token: string; expireTime: Date }>;
  /** What a token says; undefined for one that is not ours or is over. */
  read(token: string): Promise<(TokenSubject & { expireTime: Date }) | undefined>;
};

/** How long an access token lasts, in milliseconds. */
const lifetimeMs = 600_000;
const issuer = "phoenix";
const audience = "phoenix-api";
const type = "at+jwt";

/** Creates the maker and reader. What a user may do is not in a token: it is looked up. */
export function createAccessTokens(keys: SigningKeys, clock: () => Date): AccessTokens {
  return {
    async make({ userId, sessionId }) {
      const { keyId, privateKey } = await keys.current();
      const now = clock();
      const expireTime = new Date(Math.floor((now.getTime() + lifetimeMs) / 1000) * 1000);
      const token = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: "EdDSA", kid: keyId, typ: type })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setExpirationTime(expireTime)
        .sign(privateKey);
      return { token, expireTime };
    },
    async read(token) {
      try {
        const { payload } = await jwtVerify(
          token,
          async ({ kid }) => {
            const key = kid === undefined ? undefined : await keys.find(kid);
            if (key === undefined) throw new errors.JWKSNoMatchingKey();
            return key;
          },
          { algorithms: ["EdDSA"], issuer, audience, typ: type, currentDate: clock(), requiredClaims: ["exp", "sub"] },
        );
        const { sub, sid, exp } = payload;
        if (typeof sub !== "string" || typeof sid !== "string" || exp === undefined) return undefined;
        return { userId: sub, sessionId: sid, expireTime: new Date(exp * 1000) };
      } catch (error) {
        // Forged, expired or garbled: to the caller it is all the same. What the database says is not.
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
