import { createHash, createPublicKey, type KeyObject } from "node:crypto";

/** Public keys by their id. */
export type KnownKeys = ReadonlyMap<string, KeyObject>;

const pemBlock = /-----BEGIN ([A-Z ]+)-----[^-]*-----END \1-----/g;

/** The id certificates name a key by: SHA-256 of its SubjectPublicKeyInfo, the first 16 bytes in hex. */
function keyIdOf(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 32);
}

/**
 * The Ed25519 public keys in a text of PEM blocks. The id of a key is computed
 * from the key itself, never taken from whoever brought it.
 * @throws Error that says what is wrong with the text, never with its content.
 */
export function knownKeys(pem: string): KnownKeys {
  const keys = new Map<string, KeyObject>();
  for (const [block, label = ""] of pem.matchAll(pemBlock)) {
    // Node would derive the public half; a secret has no business here.
    if (label.includes("PRIVATE")) throw new Error("it holds a private key; give the public one");
    if (label !== "PUBLIC KEY") throw new Error(`it holds a ${label.toLowerCase()}, not a public key`);
    const key = readKey(block);
    if (key.asymmetricKeyType !== "ed25519") {
      throw new Error(`it holds a key of type ${key.asymmetricKeyType}; certificates are signed with ed25519`);
    }
    keys.set(keyIdOf(key), key);
  }
  if (keys.size === 0) throw new Error("it holds no public key in PEM");
  return keys;
}

function readKey(block: string): KeyObject {
  try {
    return createPublicKey(block);
  } catch (error) {
    throw new Error("it holds a public key that cannot be read", { cause: error });
  }
}
