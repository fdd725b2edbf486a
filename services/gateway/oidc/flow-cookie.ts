import { errors, jwtVerify, SignJWT } from "jose";
import type { SigningKeys } from "../sessions/index.ts";

/** What is remembered in a browser between leaving for the identity provider and coming back. */
export type Flow = { state: string; nonce: string; verifier: string; returnPath: string };

const name = "phoenix-oidc";
const audience = "phoenix-oidc";
const lifetimeSeconds = 600;

/** Writes the flow as a cookie, signed, for this login alone. Lax, because the way back comes from another site. */
export async function writeFlowCookie(
  flow: Flow,
  options: { keys: SigningKeys; now: Date; path: string; secure: boolean },
): Promise<string> {
  const { keyId, privateKey } = await options.keys.current();
  const token = await new SignJWT({ ...flow })
    .setProtectedHeader({ alg: "EdDSA", kid: keyId })
    .setAudience(audience)
    .setExpirationTime(new Date(options.now.getTime() + lifetimeSeconds * 1000))
    .sign(privateKey);
  return cookie(token, lifetimeSeconds, options);
}

/** Takes the cookie away. */
export function clearFlowCookie(options: { path: string; secure: boolean }): string {
  return cookie("", 0, options);
}

/** The flow of a request's cookies; undefined without one that is ours and not over. */
export async function readFlowCookie(
  header: string | undefined,
  { keys, now }: { keys: SigningKeys; now: Date },
): Promise<Flow | undefined> {
  const pair = (header ?? "").split(/;\s*/).find((text) => text.startsWith(`${name}=`));
  if (pair === undefined) return undefined;
  try {
    const { payload } = await jwtVerify(
      pair.slice(name.length + 1),
      async ({ kid }) => {
        const key = kid === undefined ? undefined : await keys.find(kid);
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      { algorithms: ["EdDSA"], audience, currentDate: now, requiredClaims: ["exp", "state", "nonce", "verifier"] },
    );
    return payload as unknown as Flow;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function cookie(value: string, maxAge: number, { path, secure }: { path: string; secure: boolean }): string {
  return `${name}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
