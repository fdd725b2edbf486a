import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Signer } from "./envelope.ts";

/** A public key that verifies certificates. */
export interface PublicCertificateKey {
  readonly keyId: string;
  /** SubjectPublicKeyInfo in PEM. */
  readonly publicKeyPem: string;
  readonly createdAt: Date;
}

/** Keeps the keys of certificates. The secret half of a key stays inside: callers get what it signs. */
export interface CertificateKeys {
  /**
   * The key that signs, made on first use.
   * @throws PhoenixError SERVICE_UNAVAILABLE when it is being replaced at this moment.
   */
  signer(): Promise<Signer>;
  /** Every public key, retired ones too, newest first. */
  list(): Promise<PublicCertificateKey[]>;
}

function keyIdOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("hex").slice(0, 32);
}

function makeKey(): { keyId: string; publicPem: string; privatePem: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    keyId: keyIdOf(publicKey),
    publicPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    privatePem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Makes the store of keys over a database; replicas that share it share the keys. */
export function createCertificateKeys(db: Database): CertificateKeys {
  const current = async (): Promise<{ keyId: string; secret: string } | undefined> => {
    const [row] = await db.query<{ keyId: string; secret: string }>(
      `SELECT key_id AS "keyId", private_key_pem AS secret FROM certificate_keys WHERE retired_at IS NULL`,
    );
    return row;
  };
  const make = async (): Promise<void> => {
    const { keyId, publicPem, privatePem } = makeKey();
    // Of two replicas that make one at once the index lets one in, and both go on with that.
    await db.query(
      `INSERT INTO certificate_keys (key_id, public_key_pem, private_key_pem) VALUES ($1, $2, $3)
       ON CONFLICT ((retired_at IS NULL)) WHERE retired_at IS NULL DO NOTHING`,
      [keyId, publicPem, privatePem],
    );
  };
  return {
    async signer() {
      let row = await current();
      if (row === undefined) {
        await make();
        row = await current();
      }
      if (row === undefined) {
        throw phoenixError(
          ErrorReason.SERVICE_UNAVAILABLE,
          "the key that signs certificates is being replaced; ask for the certificate again",
        );
      }
      const privateKey = createPrivateKey(row.secret);
      if (keyIdOf(createPublicKey(privateKey)) !== row.keyId) {
        throw new Error(`certificate_keys: the secret of ${row.keyId} belongs to another public key`);
      }
      return { keyId: row.keyId, sign: (bytes) => sign(null, bytes, privateKey) };
    },

    list: () =>
      db.query<PublicCertificateKey>(
        `SELECT key_id AS "keyId", public_key_pem AS "publicKeyPem", created_at AS "createdAt"
         FROM certificate_keys ORDER BY created_at DESC, key_id`,
      ),
  };
}
