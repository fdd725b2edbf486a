import { type Database, migrate } from "@phoenix/platform/database";
import { HyperLogLog } from "@phoenix/platform/sketch";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Benchmark1700000000004 } from "./0004-benchmark.ts";
import { PriceBooksAndRollups1700000000008 } from "./0008-price-books-and-rollups.ts";

after(stopTestDatabases);

function sketchOf(...hashes: number[]): Buffer {
  const sketch = new HyperLogLog();
  for (const hash of hashes) sketch.add(Math.imul(hash, 0x9e3779b9), Math.imul(hash, 0x85ebca6b));
  return Buffer.from(sketch.toBytes());
}

describe("price books with versions and sums of observations", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  const migrations = [Benchmark1700000000004, PriceBooksAndRollups1700000000008];
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Benchmark1700000000004] });
    await db.query(
      `CREATE TABLE observations_20261120 PARTITION OF observations
       FOR VALUES FROM ('2026-11-20 00:00+00') TO ('2026-11-21 00:00+00')`,
    );
  });
  afterEach(() => db.close());

  type Row = {
    host?: string;
    variant?: string;
    time: string;
    cpu?: string;
    complete?: boolean;
    sketch?: Buffer | null;
  };
  const insert = ({ host = "h1", variant = "baseline", time, cpu = "0.5", complete = true, sketch = null }: Row) =>
    db.query(
      `INSERT INTO observations (experiment_id, host_id, variant, window_start, window_seconds, active_series, data_points,
         metric_names, otlp_bytes, requests, rejected_requests, dropped_points, collector_cpu_seconds, collector_rss_bytes,
         collector_restarts, collector_up, complete, incomplete_reason, config_digest, clock_offset_ms, must_keep, series_sketch)
       VALUES ('e', $1, $2, $3, 5, 10, 20, 3, 100, 1, 0, 2, $4::double precision, 1000, 0, true, $5, '', '', 0,
         '[{"expression": "x", "processName": "a", "oracleSeen": true, "reported": true},
           {"expression": "x", "processName": "b", "oracleSeen": true, "reported": false},
           {"expression": "x", "processName": "c", "oracleSeen": false, "reported": true}]', $6)`,
      [host, variant, time, cpu, complete, sketch],
    );

  it("adds up the observations that are there", async () => {
    await insert({ time: "2026-11-20 10:19:55+00", sketch: sketchOf(1, 2) });
    await insert({ time: "2026-11-20 10:20:00+00", sketch: sketchOf(2, 3), cpu: "NaN" });
    await insert({ time: "2026-11-20 10:20:00+00", host: "h2", sketch: sketchOf(4) });
    await insert({ time: "2026-11-20 10:20:00+00", variant: "candidate", sketch: Buffer.from("damaged") });
    await insert({ time: "2026-11-20 11:00:00+00", complete: false, sketch: sketchOf(9) });
    await migrate(db, migrations, "up");
    expect(
      await db.query(
        `SELECT hour_start, windows::integer, active_series, cpu_seconds, cpu_known_seconds, must_keep_seen::integer AS seen,
           must_keep_reported::integer AS reported, dropped_points
         FROM observation_hours WHERE host_id = 'h1' AND variant = 'baseline' ORDER BY hour_start`,
      ),
    ).to.deep.equal([
      {
        ...{ hour_start: new Date("2026-11-20T10:00:00Z"), windows: 2, active_series: 20, cpu_seconds: 0.5 },
        ...{ cpu_known_seconds: 5, seen: 4, reported: 2, dropped_points: 4 },
      },
      {
        ...{ hour_start: new Date("2026-11-20T11:00:00Z"), windows: 0, active_series: 0, cpu_seconds: 0 },
        ...{ cpu_known_seconds: 0, seen: 0, reported: 0, dropped_points: 2 },
      },
    ]);
    expect(
      await db.query("SELECT variant, hosts, cpu_hosts, active_series, data_points FROM metrics_cache ORDER BY 1, 2"),
    ).to.deep.equal([
      { variant: "baseline", hosts: 1, cpu_hosts: 1, active_series: 10, data_points: 4 },
      { variant: "baseline", hosts: 2, cpu_hosts: 1, active_series: 20, data_points: 8 },
      { variant: "candidate", hosts: 1, cpu_hosts: 1, active_series: 10, data_points: 4 },
    ]);
    expect(
      await db.query("SELECT arms, variant, hosts::integer FROM compared_windows ORDER BY arms, window_start, variant"),
    ).to.deep.equal([
      { arms: 1, variant: "baseline", hosts: 1 },
      { arms: 1, variant: "baseline", hosts: 1 },
      { arms: 2, variant: "baseline", hosts: 1 },
      { arms: 2, variant: "candidate", hosts: 1 },
    ]);
    const sketches = await db.query<{ seconds: number; start: Date; sketch: Buffer; series: number }>(
      "SELECT span_seconds AS seconds, span_start AS start, sketch, series FROM series_sketches ORDER BY 1, 2",
    );
    expect(
      sketches.map(({ seconds, start, series }) => [seconds, start.toISOString().slice(11, 19), Math.round(series)]),
    ).to.deep.equal([
      [5, "10:19:55", 2],
      [5, "10:20:00", 3],
      [1200, "10:00:00", 2],
      [1200, "10:20:00", 3],
      [3600, "10:00:00", 4],
      [9000, "09:30:00", 4],
    ]);
    expect(sketches[4]?.sketch.equals(sketchOf(1, 2, 3, 4))).to.equal(true);
    expect(await db.query("SELECT first_start FROM observed_arms WHERE host_id = 'h1' ORDER BY variant")).to.deep.equal(
      [{ first_start: new Date("2026-11-20T10:19:55Z") }, { first_start: new Date("2026-11-20T10:20:00Z") }],
    );
  });

  it("keeps the series of days that are gone, down as well as up", async () => {
    const before = {
      ...{ experiment_id: "e", variant: "baseline", window_start: new Date("2026-10-01T00:00:00Z"), hosts: 4 },
      ...{ active_series: 100, data_points: 5, otlp_bytes: 600, metric_names: 44, collector_cpu: 0.25 },
      ...{ collector_rss: 1000 },
    };
    await db.query("INSERT INTO metrics_cache VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", Object.values(before));
    await db.query(
      "INSERT INTO metrics_cache SELECT 'e', 'candidate', window_start, 2, 1, 1, 1, 1, 'NaN', 1000 FROM metrics_cache",
    );
    await insert({ time: "2026-11-20 10:00:00+00" });
    await migrate(db, migrations, "up");
    expect(
      await db.query(
        "SELECT collector_cpu, cpu_hosts, collector_rss FROM metrics_cache WHERE window_start < '2026-11-01' ORDER BY variant",
      ),
    ).to.deep.equal([
      { collector_cpu: 1, cpu_hosts: 4, collector_rss: 4000 },
      { collector_cpu: 0, cpu_hosts: 0, collector_rss: 2000 },
    ]);
    await migrate(db, migrations, "down");
    const rows = await db.query("SELECT * FROM metrics_cache ORDER BY variant");
    expect(rows[0]).to.deep.equal(before);
    expect(rows).to.have.length(2);
    expect(rows[1]?.collector_cpu).to.be.NaN;
    const [count] = await db.query<{ count: number }>("SELECT count(*)::integer AS count FROM observations");
    expect(count?.count).to.equal(1);
  });

  it("makes an operator's prices the first version, and prices again on the way down", async () => {
    const book = (name: string, trust: string, formula: string, prices: object) =>
      db.query("INSERT INTO price_books VALUES ($1, 't', 'u', 'USD', '2026-11-20', 's', $2, $3, $4)", [
        name,
        trust,
        formula,
        JSON.stringify(prices),
      ]);
    const ours = { perThousandSeries: 5, includedSeries: 0, includedPointsPerMinute: 1 };
    await book("grafana-cloud-pro", "operator", "grafana-cloud-pro", ours);
    await book("amazon-managed-prometheus", "operator", "amazon-managed-prometheus", {
      perTenMillionSamples: 0.8,
      includedSamples: 0,
    });
    await book("signoz-cloud", "vendor", "signoz-cloud", { perMillionSamples: 0.1 });
    await migrate(db, migrations, "up");
    const rows = () => db.query<{ name: string; terms: { prices: object } }>("SELECT * FROM price_books ORDER BY name");
    const [amazon, grafana, ...more] = await rows();
    expect(more).to.deep.equal([]);
    expect(grafana).to.deep.include({ version: 1, author: "operator", trust: "contract", rule: "grafana" });
    expect(grafana?.terms.prices).to.deep.equal({
      ...{ per_thousand_series: 5, included_series: 0 },
      included_points_per_minute: 1,
    });
    expect(amazon?.terms.prices).to.deep.include({ per_ten_million_samples: 0.8, bytes_per_sample: 0 });
    // A newer version, one that ships, and what the older schema cannot say.
    await db.query(
      `INSERT INTO price_books (name, title, unit, currency, as_of, source, trust, rule, terms, version, author)
       SELECT name, 'newer', unit, currency, as_of, source, trust, rule, terms, 2, 'ada' FROM price_books WHERE rule = 'grafana'
       UNION ALL SELECT 'shipped', title, unit, currency, as_of, source, 'vendor', 'signoz', terms, 0, '' FROM price_books WHERE rule = 'amp'
       UNION ALL SELECT 'tiered', title, unit, currency, as_of, source, trust, 'tiers', terms, 1, '' FROM price_books WHERE rule = 'amp'`,
    );
    await migrate(db, migrations, "down");
    const back = await db.query<{ name: string; prices: object }>("SELECT * FROM price_books ORDER BY name");
    expect(back.map(({ name }) => name)).to.deep.equal(["amazon-managed-prometheus", "grafana-cloud-pro"]);
    expect(back[1]).to.deep.include({
      ...{ title: "newer", trust: "operator", formula: "grafana-cloud-pro", prices: ours },
    });
  });
});
