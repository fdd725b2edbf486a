import type { Interceptor } from "@connectrpc/connect";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { actorHeader } from "@phoenix/platform/rpc";
import { errors, jwtVerify, SignJWT } from "jose";
import type { SigningKeys } from "../sessions/index.ts";

/** What lets services of different processes know each other. */
export type ServiceDoor = {
  /** Signs the calls that this process makes of services elsewhere. */
  readonly sign: Interceptor;
  /** Serves other processes of Phoenix alone, and believes them who is behind a call. */
  readonly guard: Interceptor;
};

const header = "x-phoenix-service";
const issuer = "phoenix";
const audience = "phoenix-services";
/** How long a signature is good, and when another is made, in milliseconds. */
const lifetimeMs = 60_000;
const renewMs = 30_000;

/** Creates the door. The keys come from the database that all processes of Phoenix share. */
export function createServiceDoor(keys: SigningKeys, clock: () => Date): ServiceDoor {
  let signed: Promise<string> | undefined;
  let signedAt = Number.NEGATIVE_INFINITY;

  const signature = (): Promise<string> => {
    if (signed === undefined || performance.now() - signedAt > renewMs) {
      signedAt = performance.now();
      signed = makeSignature(keys, clock());
      signed.catch(() => {
        signed = undefined;
      });
    }
    return signed;
  };
  const isGood = async (token: string): Promise<boolean> => {
    try {
      await jwtVerify(
        token,
        async ({ kid }) => {
          const key = kid === undefined ? undefined : await keys.find(kid);
          if (key === undefined) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        { algorithms: ["EdDSA"], issuer, audience, currentDate: clock(), requiredClaims: ["exp"], clockTolerance: 30 },
      );
      return true;
    } catch (error) {
      // Forged, expired or garbled is all the same here. What the database says is not.
      if (error instanceof errors.JOSEError) return false;
      throw error;
    }
  };

  return {
    sign: (next) => async (request) => {
      request.header.set(header, await signature());
      return next(request);
    },
    guard: (next) => async (request) => {
      if (/^grpc\.(health|reflection)\./.test(request.method.parent.typeName)) return next(request);
      const token = request.header.get(header);
      if (token !== null && (await isGood(token))) return next(request);
      throw phoenixError(
        ErrorReason.UNAUTHENTICATED,
        "This port serves other processes of Phoenix alone, which share its database. Call the gateway's.",
      );
    },
  };
}

/** The door of services that everyone may call: nobody is believed who is behind a call. */
export const openGuard: Interceptor = (next) => async (request) => {
  request.header.delete(actorHeader);
  return next(request);
};

async function makeSignature(keys: SigningKeys, now: Date): Promise<string> {
  const { keyId, privateKey } = await keys.current();
  return new SignJWT()
    .setProtectedHeader({ alg: "EdDSA", kid: keyId })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(new Date(now.getTime() + lifetimeMs))
    .sign(privateKey);
}
