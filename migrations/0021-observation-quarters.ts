import type { MigrationInterface, QueryRunner } from "typeorm";

const sums = [
  ...["windows", "seconds", "active_series", "data_points", "otlp_bytes", "metric_names", "cpu_seconds"],
  ...["cpu_known_seconds", "rss_bytes", "up_windows", "must_keep_seen", "must_keep_reported", "dropped_points"],
  ...["restarts", "contributor_windows"],
].join(", ");

const up = `
  CREATE TABLE observation_quarters (LIKE observation_hours INCLUDING DEFAULTS);
  ALTER TABLE observation_quarters RENAME COLUMN hour_start TO quarter_start;
  ALTER TABLE observation_quarters ADD PRIMARY KEY (experiment_id, quarter_start, variant, host_id);
  COMMENT ON TABLE observation_quarters IS 'Sums of observation_hours over each quarter of a UTC day before rolled_hours.quarters_until. Owner: benchmark';
  ALTER TABLE rolled_hours ADD quarters_until timestamptz NOT NULL DEFAULT '-infinity'
    CHECK (quarters_until = '-infinity' OR quarters_until = date_bin('6 hours', quarters_until, 'epoch'));

  UPDATE rolled_hours SET quarters_until = date_bin('6 hours', rolled_until, 'epoch');
  INSERT INTO observation_quarters (experiment_id, variant, host_id, quarter_start, ${sums})
  SELECT hour.experiment_id, variant, host_id, date_bin('6 hours', hour_start, 'epoch'),
    ${sums.replaceAll(/\w+/g, "sum($&)")}
  FROM observation_hours hour JOIN rolled_hours USING (experiment_id) WHERE hour_start < quarters_until
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 4, 2, 3;
`;

const down = `
  ALTER TABLE rolled_hours DROP COLUMN quarters_until;
  DROP TABLE observation_quarters;
`;

/** Sums of quarters of a day, so that a read of days takes a few rows of each host; owned by the benchmark. */
export class ObservationQuarters1700000000021 implements MigrationInterface {
  readonly name = "ObservationQuarters1700000000021";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
