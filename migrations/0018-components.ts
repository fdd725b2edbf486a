import type { MigrationInterface, QueryRunner } from "typeorm";

// No reference from hosts: an agent names its set before anybody has told what is in it.
const up = `
create table component_sets (
  digest text primary key check (digest ~ '^[0-9a-f]{64}$'),
  components jsonb not null,
  noted_at timestamptz not null default now()
);

comment on table component_sets is 'What collectors of hosts contain, each set once; the facts of a host name its set';
`;

const down = `
drop table component_sets;
`;

/** What the collectors of hosts contain; owned by the controller. */
export class Components1700000000018 implements MigrationInterface {
  readonly name = "Components1700000000018";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
