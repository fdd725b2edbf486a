import { HyperLogLog, SketchError } from "@phoenix/platform/sketch";
import type { MigrationInterface, QueryRunner } from "typeorm";

/** Price books with versions, and what the benchmark adds up as observations come in. */
export class PriceBooksAndRollups1700000000008 implements MigrationInterface {
  readonly name = "PriceBooksAndRollups1700000000008";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(priceBooksUp);
    await runner.query(rollupsUp);
    await runner.query(fillSums);
    await fillSketches(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(rollupsDown);
    await runner.query(priceBooksDown);
  }
}

// What shipped is written anew at every start; what operators wrote becomes the first version under its name.
const priceBooksUp = `
  DELETE FROM price_books WHERE trust <> 'operator';
  ALTER TABLE price_books RENAME COLUMN formula TO rule;
  ALTER TABLE price_books RENAME COLUMN prices TO terms;
  ALTER TABLE price_books
    DROP CONSTRAINT price_books_pkey,
    DROP CONSTRAINT price_books_trust_check,
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 0),
    ADD COLUMN author text NOT NULL DEFAULT 'operator',
    ADD COLUMN yaml text NOT NULL DEFAULT '',
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD PRIMARY KEY (name, version);
  ALTER TABLE price_books ALTER COLUMN version DROP DEFAULT, ALTER COLUMN author DROP DEFAULT;
  UPDATE price_books SET trust = 'contract',
    rule = CASE rule
      WHEN 'amazon-managed-prometheus' THEN 'amp' WHEN 'azure-monitor-prometheus' THEN 'azure'
      WHEN 'cloudwatch-otel' THEN 'cloudwatch' WHEN 'datadog-custom-metrics' THEN 'datadog'
      WHEN 'google-managed-prometheus' THEN 'gmp' WHEN 'grafana-cloud-pro' THEN 'grafana'
      WHEN 'new-relic-data' THEN 'newrelic' WHEN 'signoz-cloud' THEN 'signoz' ELSE rule END,
    terms = jsonb_build_object('prices', CASE rule
      WHEN 'amazon-managed-prometheus' THEN '{"per_gigabyte_month": 0.03, "included_gigabytes": 10, "bytes_per_sample": 0,
        "retention_months": 5, "per_billion_queried": 0.1, "included_queried": 200000000000, "queried_per_sample": 0}'
      WHEN 'azure-monitor-prometheus' THEN '{"per_ten_million_queried": 0.001, "queried_per_sample": 0}'
      ELSE '{}' END::jsonb || coalesce((SELECT jsonb_object_agg(lower(regexp_replace(key, '([A-Z])', '_\\1', 'g')), value)
        FROM jsonb_each(terms)), '{}'));
  ALTER TABLE price_books ADD CONSTRAINT price_books_trust_check CHECK (trust IN ('vendor', 'secondary', 'contract'));
  COMMENT ON TABLE price_books IS 'What each vendor charges; version 0 ships with Phoenix, later ones are operators''. Owner: benchmark';
  COMMENT ON COLUMN price_books.yaml IS 'As it was applied; empty where it is to be written from the other columns';
`;

// The older schema knows neither tiers nor several versions: the newest of an operator's prices stays.
const priceBooksDown = `
  DELETE FROM price_books old WHERE version = 0 OR rule IN ('tiers', 'datadog-metric-names')
    OR EXISTS (SELECT FROM price_books newer WHERE newer.name = old.name AND newer.version > old.version);
  ALTER TABLE price_books DROP CONSTRAINT price_books_trust_check;
  UPDATE price_books SET trust = 'operator',
    rule = CASE rule
      WHEN 'amp' THEN 'amazon-managed-prometheus' WHEN 'azure' THEN 'azure-monitor-prometheus'
      WHEN 'cloudwatch' THEN 'cloudwatch-otel' WHEN 'datadog' THEN 'datadog-custom-metrics'
      WHEN 'gmp' THEN 'google-managed-prometheus' WHEN 'grafana' THEN 'grafana-cloud-pro'
      WHEN 'newrelic' THEN 'new-relic-data' WHEN 'signoz' THEN 'signoz-cloud' ELSE rule END,
    terms = coalesce((SELECT jsonb_object_agg(
        (SELECT string_agg(CASE WHEN place = 1 THEN part ELSE initcap(part) END, '' ORDER BY place)
         FROM unnest(string_to_array(key, '_')) WITH ORDINALITY AS word(part, place)), value)
      FROM jsonb_each(terms -> 'prices')), '{}');
  ALTER TABLE price_books
    DROP CONSTRAINT price_books_pkey,
    DROP COLUMN version, DROP COLUMN author, DROP COLUMN yaml, DROP COLUMN created_at,
    ADD PRIMARY KEY (name),
    ADD CONSTRAINT price_books_trust_check CHECK (trust IN ('vendor', 'secondary', 'operator'));
  ALTER TABLE price_books RENAME COLUMN rule TO formula;
  ALTER TABLE price_books RENAME COLUMN terms TO prices;
  COMMENT ON TABLE price_books IS 'What each vendor charges; trust = operator keeps a row from being renewed with list prices. Owner: benchmark';
`;

const rollupsUp = `
  -- By time first: panels are read in this order, and what comes in goes to one end of the index.
  ALTER TABLE observations DROP CONSTRAINT observations_pkey;
  ALTER TABLE observations ADD PRIMARY KEY (experiment_id, window_start, host_id, variant);
  ALTER TABLE observations
    ADD COLUMN contributors jsonb CHECK (jsonb_typeof(contributors) = 'object'),
    ADD COLUMN must_keep_seen integer NOT NULL DEFAULT 0 CHECK (must_keep_seen >= 0),
    ADD COLUMN must_keep_reported integer NOT NULL DEFAULT 0 CHECK (must_keep_reported BETWEEN 0 AND must_keep_seen);
  COMMENT ON COLUMN observations.contributors IS 'Where the series come from; null in windows in which it was not counted';
  COMMENT ON COLUMN observations.must_keep_seen IS 'Entries of must_keep that the oracle saw; must_keep_reported of them were reported';

  CREATE TABLE observed_arms (
    experiment_id text NOT NULL,
    host_id text NOT NULL,
    variant text NOT NULL,
    first_start timestamptz NOT NULL,
    window_seconds integer NOT NULL,
    PRIMARY KEY (experiment_id, host_id, variant)
  );
  COMMENT ON TABLE observed_arms IS 'When each arm of each host was first measured. Owner: benchmark';

  CREATE TABLE observation_hours (
    experiment_id text NOT NULL,
    variant text NOT NULL,
    host_id text NOT NULL,
    hour_start timestamptz NOT NULL,
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
    PRIMARY KEY (experiment_id, hour_start, variant, host_id)
  ) WITH (fillfactor = 70);
  COMMENT ON TABLE observation_hours IS 'Sums over the observations of an arm of a host in an hour: of complete windows, but for dropped_points and restarts. Owner: benchmark';

  CREATE TABLE contributor_hours (
    experiment_id text NOT NULL,
    variant text NOT NULL,
    hour_start timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('metric', 'attribute')),
    name text NOT NULL,
    series double precision NOT NULL,
    distinct_values double precision NOT NULL,
    PRIMARY KEY (experiment_id, hour_start, variant, kind, name)
  ) WITH (fillfactor = 70);
  COMMENT ON TABLE contributor_hours IS 'Sums of contributors over hosts and windows in an hour. Owner: benchmark';

  UPDATE metrics_cache SET collector_cpu = collector_cpu * hosts, collector_rss = collector_rss * hosts;
  ALTER TABLE metrics_cache
    ADD COLUMN cpu_hosts integer NOT NULL DEFAULT 0,
    ADD COLUMN sketches integer NOT NULL DEFAULT 0,
    ADD COLUMN window_seconds integer NOT NULL DEFAULT 1,
    SET (fillfactor = 70);
  UPDATE metrics_cache SET cpu_hosts = hosts, sketches = hosts WHERE collector_cpu <> 'NaN';
  UPDATE metrics_cache SET collector_cpu = 0, sketches = hosts WHERE collector_cpu = 'NaN';
  ALTER TABLE metrics_cache ALTER COLUMN window_seconds DROP DEFAULT;
  COMMENT ON TABLE metrics_cache IS 'KPIs of complete windows summed over hosts, added up as observations come in. Owner: benchmark';
  COMMENT ON COLUMN metrics_cache.data_points IS 'A second; so are otlp_bytes';
  COMMENT ON COLUMN metrics_cache.collector_cpu IS 'Cores, summed over the cpu_hosts hosts where it is known';

  CREATE TABLE compared_windows (
    experiment_id text NOT NULL,
    variant text NOT NULL,
    window_start timestamptz NOT NULL,
    arms integer NOT NULL CHECK (arms > 0),
    window_seconds integer NOT NULL,
    hosts bigint NOT NULL,
    active_series double precision NOT NULL,
    data_points double precision NOT NULL,
    otlp_bytes double precision NOT NULL,
    metric_names double precision NOT NULL,
    cpu_seconds double precision NOT NULL,
    cpu_hosts bigint NOT NULL,
    rss_bytes double precision NOT NULL,
    PRIMARY KEY (experiment_id, arms, window_start, variant)
  ) WITH (fillfactor = 70);
  COMMENT ON TABLE compared_windows IS 'Sums over the hosts of which so many arms delivered the window whole: prices compare the same minutes. Owner: benchmark';

  CREATE TABLE series_sketches (
    experiment_id text NOT NULL,
    variant text NOT NULL,
    span_seconds integer NOT NULL CHECK (span_seconds > 0),
    span_start timestamptz NOT NULL,
    sketch bytea NOT NULL,
    series double precision NOT NULL,
    PRIMARY KEY (experiment_id, span_seconds, span_start, variant)
  );
  -- The bytes are compressed already.
  ALTER TABLE series_sketches ALTER COLUMN sketch SET STORAGE EXTERNAL;
  COMMENT ON TABLE series_sketches IS 'HyperLogLog of the series of all hosts in a span of complete windows. Owner: benchmark';
  COMMENT ON COLUMN series_sketches.series IS 'How many the sketch says they are';
`;

const rollupsDown = `
  DROP TABLE series_sketches;
  DROP TABLE compared_windows;
  DELETE FROM metrics_cache WHERE EXISTS (SELECT FROM observations o
    WHERE o.experiment_id = metrics_cache.experiment_id AND o.window_start = metrics_cache.window_start);
  UPDATE metrics_cache SET collector_rss = collector_rss / hosts,
    collector_cpu = CASE WHEN cpu_hosts = 0 THEN 'NaN' ELSE collector_cpu / cpu_hosts END;
  ALTER TABLE metrics_cache DROP COLUMN cpu_hosts, DROP COLUMN sketches, DROP COLUMN window_seconds, RESET (fillfactor);
  COMMENT ON TABLE metrics_cache IS 'KPI series of days whose observations were dropped. Owner: benchmark';
  COMMENT ON COLUMN metrics_cache.data_points IS NULL;
  COMMENT ON COLUMN metrics_cache.collector_cpu IS NULL;
  DROP TABLE contributor_hours;
  DROP TABLE observation_hours;
  DROP TABLE observed_arms;
  ALTER TABLE observations DROP COLUMN contributors, DROP COLUMN must_keep_seen, DROP COLUMN must_keep_reported;
  ALTER TABLE observations DROP CONSTRAINT observations_pkey;
  ALTER TABLE observations ADD PRIMARY KEY (experiment_id, host_id, variant, window_start);
`;

const fillSums = `
  UPDATE observations SET must_keep_seen = seen, must_keep_reported = reported
  FROM (SELECT experiment_id, window_start, host_id, variant, count(*) AS seen,
      count(*) FILTER (WHERE (sighting ->> 'reported')::boolean) AS reported
    FROM observations, jsonb_array_elements(must_keep) AS sighting WHERE (sighting ->> 'oracleSeen')::boolean
    GROUP BY experiment_id, window_start, host_id, variant) AS counted
  WHERE (observations.experiment_id, observations.window_start, observations.host_id, observations.variant)
    = (counted.experiment_id, counted.window_start, counted.host_id, counted.variant);

  INSERT INTO observed_arms
  SELECT experiment_id, host_id, variant, min(window_start), min(window_seconds)
  FROM observations GROUP BY experiment_id, host_id, variant;

  INSERT INTO observation_hours (experiment_id, variant, host_id, hour_start, windows, seconds, active_series, data_points,
    otlp_bytes, metric_names, cpu_seconds, cpu_known_seconds, rss_bytes, up_windows, must_keep_seen, must_keep_reported,
    dropped_points, restarts)
  SELECT experiment_id, variant, host_id, date_trunc('hour', window_start, 'UTC'), count(*) FILTER (WHERE complete),
    coalesce(sum(window_seconds) FILTER (WHERE complete), 0), coalesce(sum(active_series) FILTER (WHERE complete), 0),
    coalesce(sum(data_points) FILTER (WHERE complete), 0), coalesce(sum(otlp_bytes) FILTER (WHERE complete), 0),
    coalesce(sum(metric_names) FILTER (WHERE complete), 0),
    coalesce(sum(collector_cpu_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN'), 0),
    coalesce(sum(window_seconds) FILTER (WHERE complete AND collector_cpu_seconds <> 'NaN'), 0),
    coalesce(sum(collector_rss_bytes) FILTER (WHERE complete), 0), count(*) FILTER (WHERE complete AND collector_up),
    coalesce(sum(must_keep_seen) FILTER (WHERE complete), 0), coalesce(sum(must_keep_reported) FILTER (WHERE complete), 0),
    sum(dropped_points), sum(collector_restarts)
  FROM observations GROUP BY 1, 2, 3, 4;

  INSERT INTO metrics_cache (experiment_id, variant, window_start, hosts, window_seconds, active_series, data_points,
    otlp_bytes, metric_names, collector_cpu, cpu_hosts, collector_rss, sketches)
  SELECT experiment_id, variant, window_start, count(*), min(window_seconds), sum(active_series),
    sum(data_points::double precision / window_seconds), sum(otlp_bytes::double precision / window_seconds),
    sum(metric_names), coalesce(sum(collector_cpu_seconds / window_seconds) FILTER (WHERE collector_cpu_seconds <> 'NaN'), 0),
    count(*) FILTER (WHERE collector_cpu_seconds <> 'NaN'), sum(collector_rss_bytes), count(series_sketch)
  FROM observations WHERE complete GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING;

  INSERT INTO compared_windows
  SELECT experiment_id, variant, window_start, arms, min(window_seconds), count(*), sum(active_series), sum(data_points),
    sum(otlp_bytes), sum(metric_names), coalesce(sum(collector_cpu_seconds) FILTER (WHERE collector_cpu_seconds <> 'NaN'), 0),
    count(*) FILTER (WHERE collector_cpu_seconds <> 'NaN'), sum(collector_rss_bytes)
  FROM (SELECT *, count(*) OVER (PARTITION BY experiment_id, host_id, window_start) AS arms
    FROM observations WHERE complete AND collector_up AND collector_restarts = 0) AS usable
  GROUP BY 1, 2, 3, 4;
`;

/** Sketches of one page; 16 KiB each at most. */
const pageRows = 256;

/** Spans of merged sketches: the window itself, and those in which vendors count, where windows divide them. */
function spansOf(windowSeconds: number): number[] {
  return windowSeconds < 1200 && 1200 % windowSeconds === 0 ? [windowSeconds, 1200, 3600, 9000] : [windowSeconds];
}

/** Merges the sketches that are there; in order of time, so that few are open at once. */
async function fillSketches(runner: QueryRunner): Promise<void> {
  const open = new Map<string, { key: unknown[]; endMs: number; sketch: HyperLogLog }>();
  const close = async (beforeMs: number, experimentId: string): Promise<void> => {
    for (const [name, { key, endMs, sketch }] of open) {
      if (key[0] === experimentId && endMs > beforeMs) continue;
      await runner.query("INSERT INTO series_sketches VALUES ($1, $2, $3, $4, $5, $6)", [
        ...key,
        Buffer.from(sketch.toBytes()),
        sketch.estimate(),
      ]);
      open.delete(name);
    }
  };
  let last = ["", "-infinity", "", ""];
  for (;;) {
    const rows: {
      experiment_id: string;
      window_start: Date;
      host_id: string;
      variant: string;
      at: string;
      window_seconds: number;
      complete: boolean;
      series_sketch: Buffer;
    }[] = await runner.query(
      `SELECT experiment_id, window_start, window_start::text AS at, host_id, variant, window_seconds, complete, series_sketch
         FROM observations WHERE (experiment_id, window_start, host_id, variant) > ($1, $2::timestamptz, $3, $4)
           AND series_sketch IS NOT NULL
         ORDER BY experiment_id, window_start, host_id, variant LIMIT ${pageRows}`,
      last,
    );
    for (const row of rows) {
      const startMs = row.window_start.getTime();
      await close(startMs, row.experiment_id);
      last = [row.experiment_id, row.at, row.host_id, row.variant];
      if (!row.complete) continue;
      let sketch: HyperLogLog;
      try {
        sketch = HyperLogLog.fromBytes(row.series_sketch);
      } catch (error) {
        // Damaged, or of another version: it counts as absent, as it did before.
        if (error instanceof SketchError) continue;
        throw error;
      }
      for (const seconds of spansOf(row.window_seconds)) {
        const spanMs = Math.floor(startMs / (seconds * 1000)) * seconds * 1000;
        const key = [row.experiment_id, row.variant, seconds, new Date(spanMs).toISOString()];
        const found = open.get(key.join("\n"));
        const union = found ?? { key, endMs: spanMs + seconds * 1000, sketch: new HyperLogLog() };
        union.sketch.merge(sketch);
        open.set(key.join("\n"), union);
      }
    }
    if (rows.length < pageRows) break;
  }
  await close(Number.POSITIVE_INFINITY, "");
}
