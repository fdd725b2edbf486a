import type { Database } from "@phoenix/platform/database";
import type { Say } from "../bench-options.ts";
import { madeSketch } from "./made-sketch.ts";

/** A day of an experiment that is over: 60 s windows of two arms. */
export type Day = { experimentId: string; startMs: number; hosts: number; rows: number };

const windowsPerHour = 60;
const series = "(case variant when 'baseline' then 500 else 150 end + n % 7)";

const arms = `generate_series(1, $3::integer) n, (values ('baseline'), ('candidate')) as arm (variant)`;

const observations = `
  insert into observations (experiment_id, host_id, variant, window_start, window_seconds, active_series, data_points,
    metric_names, otlp_bytes, requests, rejected_requests, dropped_points, collector_cpu_seconds, collector_rss_bytes,
    collector_restarts, collector_up, complete, incomplete_reason, config_digest, clock_offset_ms, must_keep,
    must_keep_seen, must_keep_reported)
  select $1, 'host-' || n, variant, time, 60, ${series}, ${series}, 11, ${series} * 124, 2, 0, 0, 0.6 + (n % 10) / 100.0,
    90000000, 0, true, true, '', repeat('d', 64), 0,
    '[{"expression": "^postgres$", "processName": "postgres", "oracleSeen": true, "reported": true}]', 1, 1
  from generate_series($2::timestamptz, $2::timestamptz + interval '59 minutes', interval '1 minute') time, ${arms}`;

const parts = `
  insert into observation_parts (experiment_id, variant, host_id, part_start, windows, seconds, active_series, data_points,
    otlp_bytes, metric_names, cpu_seconds, cpu_known_seconds, rss_bytes, up_windows, must_keep_seen, must_keep_reported)
  select $1, variant, 'host-' || n, part, 10, 600, 10 * ${series}, 10 * ${series}, 10 * ${series} * 124, 110,
    10 * (0.6 + (n % 10) / 100.0), 600, 10 * 90000000.0, 10, 10, 10
  from generate_series($2::timestamptz, $2::timestamptz + interval '50 minutes', interval '10 minutes') part, ${arms}`;

const hours = `
  insert into observation_hours (experiment_id, variant, host_id, hour_start, windows, seconds, active_series, data_points,
    otlp_bytes, metric_names, cpu_seconds, cpu_known_seconds, rss_bytes, up_windows, must_keep_seen, must_keep_reported)
  select $1, variant, 'host-' || n, $2, 60, 3600, 60 * ${series}, 60 * ${series}, 60 * ${series} * 124, 660,
    60 * (0.6 + (n % 10) / 100.0), 3600, 60 * 90000000.0, 60, 60, 60
  from ${arms}`;

const amounts = [
  ...["windows", "seconds", "active_series", "data_points", "otlp_bytes", "metric_names", "cpu_seconds"],
  ...["cpu_known_seconds", "rss_bytes", "up_windows", "must_keep_seen", "must_keep_reported"],
];
const quarters = `
  insert into observation_quarters (experiment_id, quarter_start, variant, host_id, ${amounts.join(", ")})
  select experiment_id, date_bin('6 hours', hour_start, 'epoch'), variant, host_id,
    ${amounts.map((name) => `sum(${name})`).join(", ")}
  from observation_hours where experiment_id = $1 group by 1, 2, 3, 4 order by 2, 3, 4`;

const firsts = `
  insert into observed_arms select $1, 'host-' || n, variant, $2::timestamptz, 60 from ${arms}`;

const windows = `
  insert into metrics_cache (experiment_id, variant, window_start, hosts, window_seconds, active_series, data_points,
    otlp_bytes, metric_names, collector_cpu, cpu_hosts, collector_rss, sketches)
  select $1, variant, time, $3, 60, sum(${series}), sum(${series}) / 60.0, sum(${series}) * 124 / 60.0, 11 * $3,
    sum(0.6 + (n % 10) / 100.0) / 60, $3, 90000000.0 * $3, $3
  from generate_series($2::timestamptz, $2::timestamptz + interval '59 minutes', interval '1 minute') time, ${arms}
  group by variant, time`;

const compared = `
  insert into compared_windows
  select $1, variant, window_start, 2, 60, $3, active_series * (1 + 0.02 * sin(extract(epoch from window_start) / 7000)),
    data_points * 60, otlp_bytes * 60, metric_names, collector_cpu * 60, $3, collector_rss
  from metrics_cache where experiment_id = $1 and window_start >= $2 and window_start < $2::timestamptz + interval '1 hour'`;

const sketches = `
  insert into series_sketches
  select $1, variant, span, time, case variant when 'baseline' then $3::bytea else $4::bytea end,
    case variant when 'baseline' then 500 else 150 end * 1000
  from (values ('baseline'), ('candidate')) as arm (variant), (values (60), (1200), (3600), (9000)) as length (span),
    lateral generate_series($2::timestamptz, $2::timestamptz + interval '1 day' - interval '1 second', span * interval '1 second') time`;

/**
 * Fills a day by SQL: the observations as they come in, and what is added up of
 * them. Their own sketches are left out, those of spans are of as many series
 * as the hosts have together.
 */
export async function seedDay(db: Database, hosts: number, say: Say): Promise<Day> {
  const dayMs = 24 * 60 * 60 * 1000;
  const startMs = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
  const day = new Date(startMs).toISOString();
  const name = `observations_${day.slice(0, 10).replaceAll("-", "")}`;
  await db.query(`create table if not exists ${name} partition of observations
    for values from ('${day}') to ('${new Date(startMs + dayMs).toISOString()}')`);
  const experimentId = "day";
  await db.query(firsts, [experimentId, day, hosts]);
  for (let hour = 0; hour < 24; hour++) {
    const parameters = [experimentId, new Date(startMs + hour * 3_600_000).toISOString(), hosts];
    for (const statement of [observations, parts, hours, windows, compared]) await db.query(statement, parameters);
    if (hour % 6 === 5) say(`${hour + 1} hours of ${hosts.toLocaleString("en")} hosts are in`);
  }
  await db.query(sketches, [
    experimentId,
    day,
    Buffer.from(madeSketch(500 * hosts, 0)),
    Buffer.from(madeSketch(150 * hosts, 0)),
  ]);
  await db.query(quarters, [experimentId]);
  await db.query("insert into rolled_hours values ($1, $2, $2)", [
    experimentId,
    new Date(startMs + dayMs).toISOString(),
  ]);
  await db.query("vacuum analyze");
  return { experimentId, startMs, hosts, rows: hosts * 2 * 24 * windowsPerHour };
}
