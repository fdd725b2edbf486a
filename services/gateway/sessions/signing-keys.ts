import type { Database, Tx } from "@phoenix/platform/database";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";

/** A key that signs. */
export type SigningKey = { keyId: string; privateKey: CryptoKey };

/** The EdDSA keys of one purpose, which all replicas share through the database. */
export type SigningKeys = {
  /** The key that signs now; made when there is none or the last one has had its time. */
  current(): Promise<SigningKey>;
  /** A public key by its id, also of one that signs no more but whose signatures are still good. */
  find(keyId: string): Promise<CryptoKey | undefined>;
};

type Known = { keyId: string; privateKey: CryptoKey; publicKey: CryptoKey; retireTime: Date };
type Row = { key_id: string; private_jwk: JWK; retire_time: Date };

const algorithm = "EdDSA";
/** How long a key signs, in milliseconds. */
const lifetimeMs = 30 * 86_400_000;
/** How long after that what it signed may still be presented, in milliseconds; longer than any token lives. */
const afterlifeMs = 3_600_000;
/** How long keys are remembered, and how often an unknown one is looked for, in milliseconds. */
const rememberMs = 60_000;
const lookAgainMs = 1_000;
const makingLock = 7_470_017;

/** Creates the keys of a purpose. None is read or made before it is wanted. */
export function createSigningKeys(db: Database, purpose: "access" | "service", clock: () => Date): SigningKeys {
  let known: Promise<Known[]> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  const read = (maxAgeMs: number): Promise<Known[]> => {
    if (known === undefined || performance.now() - readAt >= maxAgeMs) {
      readAt = performance.now();
      known = readKeys(db, purpose, clock());
      known.catch(() => {
        known = undefined;
      });
    }
    return known;
  };
  const signing = (keys: readonly Known[]): Known | undefined =>
    keys.find(({ retireTime }) => retireTime.getTime() > clock().getTime());

  return {
    async current() {
      const remembered = signing(await read(rememberMs));
      if (remembered !== undefined) return remembered;
      await db.transaction((tx) => makeKey(tx, purpose, clock()));
      const made = signing(await read(0));
      if (made === undefined) throw new Error(`the signing key for ${purpose} was not stored`);
      return made;
    },
    async find(keyId) {
      const byId = (keys: readonly Known[]): Known | undefined => keys.find((key) => key.keyId === keyId);
      return (byId(await read(rememberMs)) ?? byId(await read(lookAgainMs)))?.publicKey;
    },
  };
}

async function readKeys(db: Database, purpose: string, now: Date): Promise<Known[]> {
  const rows = await db.query<Row>(
    "SELECT key_id, private_jwk, retire_time FROM signing_keys WHERE purpose = $1 AND retire_time > $2 ORDER BY create_time DESC",
    [purpose, new Date(now.getTime() - afterlifeMs)],
  );
  return Promise.all(
    rows.map(async ({ key_id: keyId, private_jwk: jwk, retire_time: retireTime }) => {
      const { d: _secret, ...publicJwk } = jwk;
      const [privateKey, publicKey] = await Promise.all([importJWK(jwk, algorithm), importJWK(publicJwk, algorithm)]);
      return { keyId, privateKey: privateKey as CryptoKey, publicKey: publicKey as CryptoKey, retireTime };
    }),
  );
}

async function makeKey(tx: Tx, purpose: string, now: Date): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock($1)", [makingLock]);
  const there = await tx.query("SELECT 1 FROM signing_keys WHERE purpose = $1 AND retire_time > $2", [purpose, now]);
  if (there.length > 0) return;
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  await tx.query("DELETE FROM signing_keys WHERE purpose = $1 AND retire_time < $2", [
    purpose,
    new Date(now.getTime() - afterlifeMs),
  ]);
  await tx.query(
    `INSERT INTO signing_keys (key_id, purpose, algorithm, private_jwk, create_time, retire_time)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      ...[await calculateJwkThumbprint(jwk), purpose, algorithm, JSON.stringify(jwk)],
      ...[now, new Date(now.getTime() + lifetimeMs)],
    ],
  );
}
