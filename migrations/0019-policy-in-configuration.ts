import type { MigrationInterface, QueryRunner } from "typeorm";

const up = `
ALTER TABLE deployment_versions DROP COLUMN dynamic;
`;

const down = `
ALTER TABLE deployment_versions ADD COLUMN dynamic jsonb CHECK (jsonb_typeof(dynamic) = 'object');
`;

/** The policy of a moving filter stands in the rendered configuration alone; owned by the controller. */
export class PolicyInConfiguration1700000000019 implements MigrationInterface {
  readonly name = "PolicyInConfiguration1700000000019";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
