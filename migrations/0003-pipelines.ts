import type { MigrationInterface, QueryRunner } from "typeorm";

/** Tables of the pipelines service: versions of pipelines, and the configurations rendered from them. */
export class Pipelines1700000000003 implements MigrationInterface {
  readonly name = "Pipelines1700000000003";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pipeline_templates (
        name text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        version integer NOT NULL CHECK (version >= 1),
        template text NOT NULL CHECK (template <> ''),
        template_digest text NOT NULL CHECK (template_digest = encode(sha256(convert_to(template, 'UTF8')), 'hex')),
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (name, version),
        UNIQUE (name, template_digest)
      );
      COMMENT ON TABLE pipeline_templates IS 'Versions of pipelines, as YAML; a version never changes. Owner: pipelines';

      CREATE TABLE rendered_configs (
        config_digest text PRIMARY KEY,
        config bytea NOT NULL,
        pipeline text COLLATE "C" NOT NULL,
        pipeline_version integer NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (pipeline, pipeline_version) REFERENCES pipeline_templates (name, version),
        CHECK (config_digest = encode(sha256(config), 'hex'))
      );
      COMMENT ON TABLE rendered_configs IS 'Collector configurations by the SHA-256 of their bytes. Owner: pipelines';

      CREATE FUNCTION pipelines_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER pipeline_templates_never_change BEFORE UPDATE ON pipeline_templates
        FOR EACH ROW EXECUTE FUNCTION pipelines_refuse_change();
      CREATE TRIGGER rendered_configs_never_change BEFORE UPDATE ON rendered_configs
        FOR EACH ROW EXECUTE FUNCTION pipelines_refuse_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE rendered_configs;
      DROP TABLE pipeline_templates;
      DROP FUNCTION pipelines_refuse_change();
    `);
  }
}
