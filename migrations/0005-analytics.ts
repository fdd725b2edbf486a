import type { MigrationInterface, QueryRunner } from "typeorm";

/** Tables of analytics: what was asked of the evidence, and the newest verdict on each candidate. */
export class Analytics1700000000005 implements MigrationInterface {
  readonly name = "Analytics1700000000005";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE analysis_plans (
        experiment_id text PRIMARY KEY CHECK (experiment_id <> ''),
        plan jsonb NOT NULL CHECK (jsonb_typeof(plan) = 'object'),
        candidate_variants text[] NOT NULL CHECK (cardinality(candidate_variants) > 0),
        fixed_at timestamptz NOT NULL DEFAULT now()
      );
      COMMENT ON TABLE analysis_plans IS 'The plan of each experiment, fixed by its first analysis. Owner: analytics';

      CREATE TABLE metrics_summaries (
        experiment_id text NOT NULL REFERENCES analysis_plans ON DELETE CASCADE,
        variant text NOT NULL CHECK (variant <> ''),
        decision text NOT NULL CHECK (decision IN ('continue', 'promote', 'reject', 'inconclusive', 'unhealthy')),
        final boolean GENERATED ALWAYS AS (decision <> 'continue') STORED,
        reason text NOT NULL,
        blocks integer NOT NULL CHECK (blocks >= 0),
        verdict jsonb NOT NULL CHECK (jsonb_typeof(verdict) = 'object'),
        revision bigint NOT NULL DEFAULT 1 CHECK (revision > 0),
        analyzed_at timestamptz NOT NULL,
        PRIMARY KEY (experiment_id, variant)
      );
      COMMENT ON TABLE metrics_summaries IS 'The newest verdict on each candidate; a final one is never replaced. Owner: analytics';
      COMMENT ON COLUMN metrics_summaries.verdict IS 'phoenix.analytics.v1.Verdict as protobuf JSON';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE metrics_summaries;
      DROP TABLE analysis_plans;
    `);
  }
}
