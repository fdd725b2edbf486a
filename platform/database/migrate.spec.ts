import { expect } from "chai";
import type { MigrationInterface, QueryRunner } from "typeorm";
import { createLogger } from "../logging/index.ts";
import { createDatabase, type Database, migrate } from "./index.ts";
import { createTestDatabase, stopTestDatabases } from "./test-database.ts";

after(stopTestDatabases);

class First1700000000001 implements MigrationInterface {
  readonly name = "First1700000000001";
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE TABLE first (id int PRIMARY KEY)");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE first");
  }
}

class Second1700000000002 implements MigrationInterface {
  readonly name = "Second1700000000002";
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("INSERT INTO first VALUES (2)");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM first WHERE id = 2");
  }
}

class Broken1700000000003 implements MigrationInterface {
  readonly name = "Broken1700000000003";
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("INSERT INTO first VALUES (3)");
    await runner.query("INSERT INTO nowhere VALUES (1)");
  }
  async down(): Promise<void> {}
}

const both = [First1700000000001, Second1700000000002];

describe("migrate", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  beforeEach(async () => {
    db = await createTestDatabase();
  });
  afterEach(() => db.close());

  it("goes up in order, once", async () => {
    const status = await migrate(db, both, "up");
    expect(status.map((each) => [each.name, each.applied])).to.deep.equal([
      ["First1700000000001", true],
      ["Second1700000000002", true],
    ]);
    await migrate(db, both, "up");
    expect(await db.query("SELECT id FROM first")).to.deep.equal([{ id: 2 }]);
  });

  it("takes back the newest, or all", async () => {
    await migrate(db, both, "up");
    const status = await migrate(db, both, "down");
    expect(status.map((each) => each.applied)).to.deep.equal([true, false]);
    expect(await db.query("SELECT id FROM first")).to.deep.equal([]);
    await migrate(db, both, "down", { steps: Number.POSITIVE_INFINITY });
    expect(await db.query("SELECT to_regclass('first') AS it")).to.deep.equal([{ it: null }]);
  });

  it("says how things are without changing them, on an empty database too", async () => {
    const status = await migrate(db, both, "status");
    expect(status).to.deep.equal([
      { name: "First1700000000001", applied: false, known: true },
      { name: "Second1700000000002", applied: false, known: true },
    ]);
    expect(await db.query("SELECT to_regclass('schema_migrations') AS it")).to.deep.equal([{ it: null }]);
  });

  it("names what a newer program applied", async () => {
    await migrate(db, both, "up");
    const status = await migrate(db, [First1700000000001], "status");
    expect(status[1]).to.deep.equal({ name: "Second1700000000002", applied: true, known: false });
  });

  it("keeps nothing of a migration that fails, and all of those before it", async () => {
    let failure: unknown;
    await migrate(db, [...both, Broken1700000000003], "up").catch((error: unknown) => {
      failure = error;
    });
    expect(String(failure)).to.match(/migration failed and was rolled back: .*nowhere/);
    expect(await db.query("SELECT id FROM first")).to.deep.equal([{ id: 2 }]);
    const status = await migrate(db, [...both, Broken1700000000003], "status");
    expect(status.map((each) => each.applied)).to.deep.equal([true, true, false]);
  });

  it("runs each migration once when several processes start together", async () => {
    await Promise.all([1, 2, 3].map(() => migrate(db, both, "up")));
    expect(await db.query("SELECT id FROM first")).to.deep.equal([{ id: 2 }]);
    expect(await db.query("SELECT count(*)::int AS count FROM schema_migrations")).to.deep.equal([{ count: 2 }]);
  });

  it("starts test databases from a migrated template", async () => {
    const copy = await createTestDatabase({ migrations: both });
    expect(await copy.query("SELECT id FROM first")).to.deep.equal([{ id: 2 }]);
    await copy.close();
    const failure = await createDatabase({
      url: copy.url,
      logger: createLogger({ name: "test", level: "silent" }),
    }).catch(String);
    expect(failure).to.match(/does not exist/);
  });
});
