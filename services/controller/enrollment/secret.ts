import { createHash, randomBytes } from "node:crypto";

/** Makes a secret of 256 random bits, with a prefix that says what it is for to whoever finds it. */
export function makeSecret(kind: "enrollment" | "credential"): string {
  return `${kind === "enrollment" ? "phxe" : "phxa"}_${randomBytes(32).toString("base64url")}`;
}

/** SHA-256 of a secret: what is stored of it. 256 random bits need no salt and no slow hash. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}
