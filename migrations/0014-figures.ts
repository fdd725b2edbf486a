import type { MigrationInterface, QueryRunner } from "typeorm";

// One row a collector, written about once a minute; no index but the key, so that every update is heap-only.
const up = `
create table collector_figures (
  host_id text not null references hosts on delete cascade,
  collector_id text not null check (length(collector_id) between 1 and 128),
  measured_at timestamptz not null,
  input_points_per_second double precision check (input_points_per_second >= 0),
  output_points_per_second double precision not null check (output_points_per_second >= 0),
  active_series bigint not null check (active_series >= 0),
  retention_ratio double precision check (retention_ratio between 0 and 1),
  cpu_ratio double precision not null check (cpu_ratio >= 0),
  rss_bytes bigint not null check (rss_bytes >= 0),
  primary key (host_id, collector_id)
) with (fillfactor = 50);

comment on table collector_figures is
  'What collectors outside experiments brought in and sent out, as their agents measured it last. Owner: controller';
comment on column collector_figures.input_points_per_second is 'Null when the collector does not say';
comment on column collector_figures.retention_ratio is 'Null where no process had to be kept';
`;

const down = `
drop table collector_figures;
`;

/** Figures of collectors outside experiments; owned by the controller. */
export class Figures1700000000014 implements MigrationInterface {
  readonly name = "Figures1700000000014";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
