import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { Benchmark1700000000004 } from "./0004-benchmark.ts";
import { Analytics1700000000005 } from "./0005-analytics.ts";

after(stopTestDatabases);

describe("the tables of benchmark and analytics", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  const migrations = [Benchmark1700000000004, Analytics1700000000005];
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase({ migrations });
  });
  afterEach(() => db.close());

  const tables = async (): Promise<string[]> =>
    (
      await db.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
         AND relname <> 'schema_migrations' ORDER BY relname`,
      )
    ).map(({ name }) => name);

  it("go down with data in them, partitions included, and come up again", async () => {
    await db.query("CREATE TABLE observations_20261120 (LIKE observations INCLUDING ALL)");
    await db.query(
      `ALTER TABLE observations ATTACH PARTITION observations_20261120
       FOR VALUES FROM ('2026-11-20 00:00+00') TO ('2026-11-21 00:00+00')`,
    );
    await db.query(
      `INSERT INTO observations SELECT 'e', 'h', 'baseline', '2026-11-20 10:00+00', 5, 1, 1, 1, 1, 1, 0, 0, 0.1, 1, 0,
       true, true, '', '', 0, '[]', NULL`,
    );
    await db.query("INSERT INTO analysis_plans VALUES ('e', '{}', '{candidate}')");
    await db.query(
      `INSERT INTO metrics_summaries (experiment_id, variant, decision, reason, blocks, verdict, analyzed_at)
       VALUES ('e', 'candidate', 'continue', 'r', 0, '{}', now())`,
    );
    await migrate(db, migrations, "down", { steps: 2 });
    expect(await tables()).to.deep.equal([]);
    await migrate(db, migrations, "up");
    expect(await tables()).to.deep.equal([
      "analysis_plans",
      "metrics_cache",
      "metrics_summaries",
      "observations",
      "price_books",
    ]);
  });

  it("refuse rows that cannot be", async () => {
    const refusals = [
      "INSERT INTO price_books VALUES ('x', 't', 'u', 'usd', '2026-11-20', 's', 'vendor', 'f', '{}')",
      "INSERT INTO price_books VALUES ('x', 't', 'u', 'USD', '2026-11-20', 's', 'hearsay', 'f', '{}')",
      "INSERT INTO analysis_plans VALUES ('e', '{}', '{}')",
      "INSERT INTO metrics_summaries (experiment_id, variant, decision, reason, blocks, verdict, analyzed_at) VALUES ('e', 'c', 'maybe', '', 0, '{}', now())",
    ];
    for (const sql of refusals) {
      const error = await db.query(sql).then(
        () => null,
        (cause: unknown) => cause as Error,
      );
      expect(error?.message, sql).to.match(/violates check constraint/);
    }
  });
});
