import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/**
 * argon2id with 19 MiB, two passes, one lane.
 * Source: OWASP Password Storage Cheat Sheet, "Argon2id".
 */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Least length of a password, in characters. */
const leastLength = 12;

/** What of nobody's password a name that is not known is compared with, so that it takes as long. */
let nobody: Promise<string> | undefined;

/** Hashes a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** True when the password is the one; takes as long without a hash to compare with. */
export async function isPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  nobody ??= hashPassword(makePassword());
  const matches = await verify(passwordHash ?? (await nobody), password);
  return matches && typeof passwordHash === "string";
}

/** Makes up a password, of 120 random bits. */
export function makePassword(): string {
  return randomBytes(15).toString("base64url");
}

/** Refuses a password that is too easy. @throws PhoenixError INVALID_FIELD. */
export function checkNewPassword(field: string, password: string, name: string): void {
  if ([...password].length < leastLength) throw refusal(field, `has fewer than ${leastLength} characters`);
  if (new Set(password).size < 4) throw refusal(field, "repeats too few characters");
  if (name.length >= 4 && password.toLowerCase().includes(name.toLowerCase())) {
    throw refusal(field, "contains the name of the user");
  }
}

function refusal(field: string, why: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, `The new password ${why}. Choose another, a sentence for instance.`, {
    metadata: { field },
  });
}
