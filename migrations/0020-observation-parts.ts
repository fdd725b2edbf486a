import type { MigrationInterface, QueryRunner } from "typeorm";

const sums = [
  ...["windows", "seconds", "active_series", "data_points", "otlp_bytes", "metric_names", "cpu_seconds"],
  ...["cpu_known_seconds", "rss_bytes", "up_windows", "must_keep_seen", "must_keep_reported", "dropped_points"],
  ...["restarts", "contributor_windows"],
];

const up = `
  CREATE TABLE observation_parts (
    experiment_id text NOT NULL,
    variant text NOT NULL,
    host_id text NOT NULL,
    part_start timestamptz NOT NULL,
    windows bigint NOT NULL DEFAULT 0,
    seconds double precision NOT NULL DEFAULT 0,
    active_series double precision NOT NULL DEFAULT 0,
    data_points double precision NOT NULL DEFAULT 0,
    otlp_bytes double precision NOT NULL DEFAULT 0,
    metric_names double precision NOT NULL DEFAULT 0,
    cpu_seconds double precision NOT NULL DEFAULT 0,
    cpu_known_seconds double precision NOT NULL DEFAULT 0,
    rss_bytes double precision NOT NULL DEFAULT 0,
    up_windows bigint NOT NULL DEFAULT 0,
    must_keep_seen bigint NOT NULL DEFAULT 0,
    must_keep_reported bigint NOT NULL DEFAULT 0,
    dropped_points double precision NOT NULL DEFAULT 0,
    restarts bigint NOT NULL DEFAULT 0,
    contributor_windows bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (experiment_id, part_start, variant, host_id)
  ) WITH (fillfactor = 70);
  COMMENT ON TABLE observation_parts IS 'Sums over the observations of an arm of a host in ten minutes: of complete windows, but for dropped_points and restarts. Owner: benchmark';
  COMMENT ON TABLE observation_hours IS 'Sums of observation_parts over each hour before rolled_hours.rolled_until. Owner: benchmark';

  CREATE TABLE rolled_hours (
    experiment_id text PRIMARY KEY,
    rolled_until timestamptz NOT NULL CHECK (rolled_until = date_trunc('hour', rolled_until, 'UTC'))
  );
  COMMENT ON TABLE rolled_hours IS 'Up to when the parts of an experiment are added up to hours. Owner: benchmark';

  INSERT INTO observation_parts (experiment_id, variant, host_id, part_start, ${sums.join(", ")})
  SELECT experiment_id, variant, host_id, date_bin('10 minutes', window_start, 'epoch'),
    count(*) FILTER (WHERE complete),
    coalesce(sum(window_seconds) FILTER (WHERE complete), 0), coalesce(sum(active_series) FILTER (WHERE complete), 0),
    coalesce(sum(data_points) FILTER (WHERE complete), 0), coalesce(sum(otlp_bytes) FILTER (WHERE complete), 0),
    coalesce(sum(metric_names) FILTER (WHERE complete), 0),
    coalesce(sum(collector_cpu_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN'), 0),
    coalesce(sum(window_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN'), 0),
    coalesce(sum(collector_rss_bytes) FILTER (WHERE complete), 0), count(*) FILTER (WHERE complete AND collector_up),
    coalesce(sum(must_keep_seen) FILTER (WHERE complete), 0), coalesce(sum(must_keep_reported) FILTER (WHERE complete), 0),
    sum(dropped_points), sum(collector_restarts), count(*) FILTER (WHERE complete AND contributors IS NOT NULL)
  FROM observations GROUP BY 1, 2, 3, 4
  -- As they come in, so that what is read at once lies together.
  ORDER BY 1, 4, 2, 3;

  INSERT INTO rolled_hours
  SELECT experiment_id, max(hour_start) + interval '1 hour' FROM observation_hours GROUP BY experiment_id;
`;

const down = `
  INSERT INTO observation_hours (experiment_id, variant, host_id, hour_start, ${sums.join(", ")})
  SELECT experiment_id, variant, host_id, date_trunc('hour', part_start, 'UTC'),
    ${sums.map((name) => `sum(${name})`).join(", ")}
  FROM observation_parts part
  WHERE NOT EXISTS (SELECT FROM rolled_hours rolled
    WHERE rolled.experiment_id = part.experiment_id AND part_start < rolled_until)
  GROUP BY 1, 2, 3, 4;
  DROP TABLE rolled_hours;
  DROP TABLE observation_parts;
  COMMENT ON TABLE observation_hours IS 'Sums over the observations of an arm of a host in an hour: of complete windows, but for dropped_points and restarts. Owner: benchmark';
`;

/** Sums of ten minutes, of which hours are added up once they are over; owned by the benchmark. */
export class ObservationParts1700000000020 implements MigrationInterface {
  readonly name = "ObservationParts1700000000020";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down);
  }
}
