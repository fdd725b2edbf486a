import type { MigrationInterface, QueryRunner } from "typeorm";

/** Tables of the platform itself: request ids, the instances that are up. */
export class Platform1700000000001 implements MigrationInterface {
  readonly name = "Platform1700000000001";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE request_log (
        method text NOT NULL,
        request_id text NOT NULL CHECK (request_id <> ''),
        request_hash bytea NOT NULL,
        response bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (method, request_id)
      );
      COMMENT ON TABLE request_log IS 'The first answer to each request id. Owner: platform';
      CREATE INDEX request_log_created_at ON request_log (created_at);

      CREATE TABLE service_instances (
        instance_id text PRIMARY KEY CHECK (instance_id <> ''),
        services text[] NOT NULL CHECK (cardinality(services) > 0),
        address text NOT NULL,
        version text NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        CHECK (seen_at >= started_at)
      );
      COMMENT ON TABLE service_instances IS 'Which server processes are up. Owner: platform';
      CREATE INDEX service_instances_seen_at ON service_instances (seen_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE service_instances;
      DROP TABLE request_log;
    `);
  }
}
