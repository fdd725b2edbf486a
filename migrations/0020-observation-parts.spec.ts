import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Benchmark1700000000004 } from "./0004-benchmark.ts";
import { PriceBooksAndRollups1700000000008 } from "./0008-price-books-and-rollups.ts";
import { ObservationParts1700000000020 } from "./0020-observation-parts.ts";

after(stopTestDatabases);

const before = [Benchmark1700000000004, PriceBooksAndRollups1700000000008];
const all = [...before, ObservationParts1700000000020];

describe("sums of ten minutes beside those of hours", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: [Benchmark1700000000004] });
    await db.query(
      `CREATE TABLE observations_20261120 PARTITION OF observations
       FOR VALUES FROM ('2026-11-20 00:00+00') TO ('2026-11-21 00:00+00')`,
    );
    for (const [time, cpu, complete] of [
      ["10:19:55", "0.5", true],
      ["10:20:00", "NaN", true],
      ["10:29:55", "0.25", true],
      ["11:00:00", "0.5", false],
      ["11:00:05", "0.5", true],
    ]) {
      await db.query(
        `INSERT INTO observations (experiment_id, host_id, variant, window_start, window_seconds, active_series,
           data_points, metric_names, otlp_bytes, requests, rejected_requests, dropped_points, collector_cpu_seconds,
           collector_rss_bytes, collector_restarts, collector_up, complete, incomplete_reason, config_digest,
           clock_offset_ms, must_keep)
         VALUES ('e', 'h1', 'baseline', $1, 5, 10, 20, 3, 100, 1, 0, 2, $2::double precision, 1000, 1, true, $3, '', '',
           0, '[{"expression": "x", "processName": "a", "oracleSeen": true, "reported": false}]')`,
        [`2026-11-20 ${time}+00`, cpu, complete],
      );
    }
    // Hours as they were added up when observations came in, of those that are there.
    await migrate(db, before, "up");
  });
  afterEach(() => db.close());

  const hours = () => db.query("SELECT * FROM observation_hours ORDER BY hour_start");
  const sums = [
    ...["windows", "seconds", "active_series", "data_points", "otlp_bytes", "metric_names", "cpu_seconds"],
    ...["cpu_known_seconds", "rss_bytes", "up_windows", "must_keep_seen", "must_keep_reported", "dropped_points"],
    ...["restarts", "contributor_windows"],
  ];

  it("come to the same as the hours that are there", async () => {
    const kept = await hours();
    await migrate(db, all, "up");
    expect(await hours()).to.deep.equal(kept);
    const columns = (of: (name: string) => string): string => sums.map(of).join(", ");
    expect(
      await db.query(
        `SELECT experiment_id, variant, host_id, date_trunc('hour', part_start, 'UTC') AS hour_start,
           ${columns((name) => `sum(${name})::text AS ${name}`)}
         FROM observation_parts GROUP BY 1, 2, 3, 4 ORDER BY hour_start`,
      ),
    ).to.deep.equal(
      await db.query(
        `SELECT experiment_id, variant, host_id, hour_start, ${columns((name) => `${name}::text`)}
         FROM observation_hours ORDER BY hour_start`,
      ),
    );
    expect(
      await db.query("SELECT part_start, windows::integer, cpu_seconds FROM observation_parts ORDER BY part_start"),
    ).to.deep.equal([
      { part_start: new Date("2026-11-20T10:10:00Z"), windows: 1, cpu_seconds: 0.5 },
      { part_start: new Date("2026-11-20T10:20:00Z"), windows: 2, cpu_seconds: 0.25 },
      { part_start: new Date("2026-11-20T11:00:00Z"), windows: 1, cpu_seconds: 0.5 },
    ]);
    expect(await db.query("SELECT * FROM rolled_hours")).to.deep.equal([
      { experiment_id: "e", rolled_until: new Date("2026-11-20T12:00:00Z") },
    ]);
  });

  it("leave whole hours behind when they are taken back, of those as well that were not over", async () => {
    const kept = await hours();
    await migrate(db, all, "up");
    await db.query("UPDATE rolled_hours SET rolled_until = '2026-11-20 11:00+00'");
    await db.query("DELETE FROM observation_hours WHERE hour_start = '2026-11-20 11:00+00'");
    await migrate(db, all, "down", { steps: 1 });
    expect(await hours()).to.deep.equal(kept);
  });
});
