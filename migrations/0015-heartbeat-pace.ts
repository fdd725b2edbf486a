import type { MigrationInterface, QueryRunner } from "typeorm";

// Not in any index: that a session begins must not cost more than its row.
const up = `
alter table agent_status add column heartbeat_interval_ms integer not null default 3000
  check (heartbeat_interval_ms > 0);

comment on column agent_status.heartbeat_interval_ms is 'How often the agent was told to be heard, in milliseconds';
`;

const down = `
alter table agent_status drop column heartbeat_interval_ms;
`;

/** Heartbeats as often as a fleet's size allows; owned by the controller. */
export class HeartbeatPace1700000000015 implements MigrationInterface {
  readonly name = "HeartbeatPace1700000000015";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
