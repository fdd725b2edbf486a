import { createHash } from "node:crypto";

/** The name of a configuration: SHA-256 of its bytes, lower-case hex. */
export function configDigest(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
