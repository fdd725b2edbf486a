import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Benchmark1700000000004 } from "./0004-benchmark.ts";
import { PriceBooksAndRollups1700000000008 } from "./0008-price-books-and-rollups.ts";
import { ObservationParts1700000000020 } from "./0020-observation-parts.ts";
import { ObservationQuarters1700000000021 } from "./0021-observation-quarters.ts";

after(stopTestDatabases);

const before = [Benchmark1700000000004, PriceBooksAndRollups1700000000008, ObservationParts1700000000020];
const all = [...before, ObservationQuarters1700000000021];

describe("sums of quarters of a day", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations: before });
  });
  afterEach(() => db.close());

  it("are those of the hours that are there, of quarters that are over", async () => {
    for (const [hour, windows] of [
      ["05", 1],
      ["06", 2],
      ["11", 4],
      ["12", 8],
    ]) {
      await db.query(
        `INSERT INTO observation_hours (experiment_id, variant, host_id, hour_start, windows, cpu_seconds, contributor_windows)
         VALUES ('e', 'baseline', 'h1', $1, $2::bigint, $2::bigint * 1.5::double precision, $2::bigint + 1)`,
        [`2026-11-20 ${hour}:00+00`, windows],
      );
    }
    await db.query("INSERT INTO rolled_hours VALUES ('e', '2026-11-20 13:00+00')");
    await migrate(db, all, "up");
    const sums = await db.query(
      `SELECT quarter_start AS at, windows::integer, cpu_seconds AS cpu, contributor_windows::integer AS counted
       FROM observation_quarters ORDER BY 1`,
    );
    expect(sums).to.deep.equal([
      { at: new Date("2026-11-20T00:00:00Z"), windows: 1, cpu: 1.5, counted: 2 },
      { at: new Date("2026-11-20T06:00:00Z"), windows: 6, cpu: 9, counted: 8 },
    ]);
    expect(await db.query("SELECT quarters_until FROM rolled_hours")).to.deep.equal([
      { quarters_until: new Date("2026-11-20T12:00:00Z") },
    ]);
    await migrate(db, all, "down", { steps: 1 });
    expect(await db.query("SELECT * FROM rolled_hours")).to.deep.equal([
      { experiment_id: "e", rolled_until: new Date("2026-11-20T13:00:00Z") },
    ]);
  });
});
