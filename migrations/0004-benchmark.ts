import type { MigrationInterface, QueryRunner } from "typeorm";

/** Tables of the benchmark: observations by day, KPI series of days that are gone, price books. */
export class Benchmark1700000000004 implements MigrationInterface {
  readonly name = "Benchmark1700000000004";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE observations (
        experiment_id text NOT NULL,
        host_id text NOT NULL CHECK (host_id <> ''),
        variant text NOT NULL CHECK (variant <> ''),
        window_start timestamptz NOT NULL,
        window_seconds integer NOT NULL CHECK (window_seconds BETWEEN 1 AND 3600),
        active_series bigint NOT NULL CHECK (active_series >= 0),
        data_points bigint NOT NULL CHECK (data_points >= 0),
        metric_names bigint NOT NULL CHECK (metric_names >= 0),
        otlp_bytes bigint NOT NULL CHECK (otlp_bytes >= 0),
        requests bigint NOT NULL CHECK (requests >= 0),
        rejected_requests bigint NOT NULL CHECK (rejected_requests >= 0),
        dropped_points bigint NOT NULL CHECK (dropped_points >= 0),
        collector_cpu_seconds double precision NOT NULL CHECK (collector_cpu_seconds >= 0),
        collector_rss_bytes bigint NOT NULL CHECK (collector_rss_bytes >= 0),
        collector_restarts bigint NOT NULL CHECK (collector_restarts >= 0),
        collector_up boolean NOT NULL,
        complete boolean NOT NULL,
        incomplete_reason text NOT NULL,
        config_digest text NOT NULL,
        clock_offset_ms bigint NOT NULL,
        must_keep jsonb NOT NULL CHECK (jsonb_typeof(must_keep) = 'array'),
        series_sketch bytea,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (experiment_id, host_id, variant, window_start)
      ) PARTITION BY RANGE (window_start);
      COMMENT ON TABLE observations IS 'What was measured of each arm in each window, partitioned by UTC day. Owner: benchmark';
      COMMENT ON COLUMN observations.collector_cpu_seconds IS 'May be NaN where the agent could not tell; PostgreSQL takes NaN for more than any number';
      COMMENT ON COLUMN observations.series_sketch IS 'HyperLogLog of the series; null when none came or it could not be read';

      CREATE TABLE metrics_cache (
        experiment_id text NOT NULL,
        variant text NOT NULL CHECK (variant <> ''),
        window_start timestamptz NOT NULL,
        hosts integer NOT NULL CHECK (hosts > 0),
        active_series double precision NOT NULL,
        data_points double precision NOT NULL,
        otlp_bytes double precision NOT NULL,
        metric_names double precision NOT NULL,
        collector_cpu double precision NOT NULL,
        collector_rss double precision NOT NULL,
        PRIMARY KEY (experiment_id, variant, window_start)
      );
      COMMENT ON TABLE metrics_cache IS 'KPI series of days whose observations were dropped. Owner: benchmark';

      CREATE TABLE price_books (
        name text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        title text NOT NULL CHECK (title <> ''),
        unit text NOT NULL CHECK (unit <> ''),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        as_of date NOT NULL,
        source text NOT NULL CHECK (source <> ''),
        trust text NOT NULL CHECK (trust IN ('vendor', 'secondary', 'operator')),
        formula text NOT NULL CHECK (formula <> ''),
        prices jsonb NOT NULL CHECK (jsonb_typeof(prices) = 'object')
      );
      COMMENT ON TABLE price_books IS 'What each vendor charges; trust = operator keeps a row from being renewed with list prices. Owner: benchmark';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE price_books;
      DROP TABLE metrics_cache;
      DROP TABLE observations;
    `);
  }
}
