import { type Database, migrate } from "@phoenix/platform/database";
import { createTestDatabase, stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { migrations } from "./index.ts";

after(stopTestDatabases);

describe("the migrations together", () => {
  let db: Database;

  beforeEach(async () => {
    db = await createTestDatabase();
  });

  afterEach(() => db.close());

  /** Everything a schema is made of, in words that can be compared. */
  async function describeSchema(): Promise<string[]> {
    const rows = await db.query<{ line: string }>(`
      SELECT format('%s %s.%s %s', c.relkind, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)) AS line
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relname <> 'schema_migrations'
      UNION ALL SELECT format('constraint %s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid <> to_regclass('schema_migrations')
      UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
       ORDER BY 1`);
    return rows.map(({ line }) => line);
  }

  it("leave nothing behind when all are taken back, and make the same schema again", async () => {
    await migrate(db, migrations, "up");
    const schema = await describeSchema();
    expect(schema.length).to.be.greaterThan(100);
    await migrate(db, migrations, "down", { steps: Number.POSITIVE_INFINITY });
    expect(await describeSchema()).to.deep.equal([]);
    await migrate(db, migrations, "up");
    expect(await describeSchema()).to.deep.equal(schema);
  });

  it("run once when several servers start at the same time", async () => {
    const all = await Promise.all([1, 2, 3].map(() => migrate(db, migrations, "up")));
    for (const status of all) expect(status.every(({ applied }) => applied)).to.equal(true);
    const [row] = await db.query<{ count: number }>("SELECT count(*)::int AS count FROM schema_migrations");
    expect(row?.count).to.equal(migrations.length);
  });
});
