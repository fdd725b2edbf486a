import type { MigrationInterface, QueryRunner } from "typeorm";

/** Tables of analytics: what a verdict was made of, the certificates that say so, and the keys that sign them. */
export class Certificates1700000000007 implements MigrationInterface {
  readonly name = "Certificates1700000000007";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE metrics_summaries ADD COLUMN evidence jsonb CHECK (jsonb_typeof(evidence) = 'object');
      COMMENT ON COLUMN metrics_summaries.evidence IS 'What the verdict was asked about and stands on; null for verdicts older than certificates';

      CREATE TABLE certificate_keys (
        key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{32}$'),
        public_key_pem text NOT NULL CHECK (public_key_pem LIKE '-----BEGIN PUBLIC KEY-----%'),
        private_key_pem text CHECK (private_key_pem LIKE '-----BEGIN PRIVATE KEY-----%'),
        created_at timestamptz NOT NULL DEFAULT now(),
        retired_at timestamptz,
        CONSTRAINT a_retired_key_signs_nothing CHECK ((private_key_pem IS NULL) = (retired_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX certificate_keys_one_signs ON certificate_keys ((retired_at IS NULL)) WHERE retired_at IS NULL;
      COMMENT ON TABLE certificate_keys IS 'Ed25519 keys of retention certificates; one signs, retired ones still verify. Owner: analytics';
      COMMENT ON COLUMN certificate_keys.private_key_pem IS 'PKCS#8. A secret: it never leaves the service; docs/certificates.md says why it is here';

      CREATE TABLE certificates (
        experiment_id text NOT NULL,
        variant text NOT NULL,
        key_id text NOT NULL REFERENCES certificate_keys,
        envelope bytea NOT NULL CHECK (length(envelope) > 0),
        issued_at timestamptz NOT NULL,
        PRIMARY KEY (experiment_id, variant),
        FOREIGN KEY (experiment_id, variant) REFERENCES metrics_summaries ON DELETE CASCADE
      );
      COMMENT ON TABLE certificates IS 'Retention certificates as they were issued, byte for byte. Owner: analytics';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE certificates;
      DROP TABLE certificate_keys;
      ALTER TABLE metrics_summaries DROP COLUMN evidence;
    `);
  }
}
