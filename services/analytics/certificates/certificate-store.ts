import type { Database } from "@phoenix/platform/database";

/** A certificate to be kept. */
export interface NewCertificate {
  readonly experimentId: string;
  readonly variant: string;
  readonly keyId: string;
  /** The envelope as it is given out. */
  readonly envelope: Uint8Array;
  readonly issuedAtMs: number;
}

/** Keeps certificates: the first one on a candidate stays, byte for byte. */
export interface CertificateStore {
  /** The certificate on a candidate, or null. */
  find(experimentId: string, variant: string): Promise<Buffer | null>;
  /** Keeps a certificate unless there is one, and gives the one that is kept. */
  keep(certificate: NewCertificate): Promise<Buffer>;
}

/** Makes the store of certificates over a database. */
export function createCertificateStore(db: Database): CertificateStore {
  const find = async (experimentId: string, variant: string): Promise<Buffer | null> => {
    const [row] = await db.query<{ envelope: Buffer }>(
      "SELECT envelope FROM certificates WHERE experiment_id = $1 AND variant = $2",
      [experimentId, variant],
    );
    return row?.envelope ?? null;
  };
  return {
    find,
    async keep({ experimentId, variant, keyId, envelope, issuedAtMs }) {
      await db.query(
        `INSERT INTO certificates (experiment_id, variant, key_id, envelope, issued_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (experiment_id, variant) DO NOTHING`,
        [experimentId, variant, keyId, envelope, new Date(issuedAtMs)],
      );
      const kept = await find(experimentId, variant);
      if (kept === null) throw new Error(`the certificate on ${variant} of ${experimentId} vanished as it was kept`);
      return kept;
    },
  };
}
