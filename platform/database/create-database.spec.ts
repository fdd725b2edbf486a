import { once } from "node:events";
import { createServer } from "node:net";
import { expect } from "chai";
import { EntitySchema } from "typeorm";
import { ErrorReason, isPhoenixError } from "../errors/index.ts";
import { createLogger } from "../logging/index.ts";
import { createDatabase, type Database, isUniqueViolation } from "./index.ts";
import { createTestDatabase, stopTestDatabases } from "./test-database.ts";

after(stopTestDatabases);

const logger = createLogger({ name: "test", level: "silent" });

const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to fail");
};

describe("createDatabase", function () {
  // The first test of a run starts PostgreSQL.
  this.timeout(20_000);
  let db: Database;
  before(async () => {
    db = await createTestDatabase();
    await db.query("CREATE TABLE things (id text PRIMARY KEY, amount int NOT NULL CHECK (amount >= 0))");
  });
  beforeEach(() => db.query("TRUNCATE things"));
  after(() => db.close());

  it("gives rows", async () => {
    expect(await db.query("SELECT $1::int + 1 AS next", [41])).to.deep.equal([{ next: 42 }]);
  });

  it("keeps all of a transaction or nothing", async () => {
    await db.transaction((tx) => tx.query("INSERT INTO things VALUES ('a', 1)"));
    const changedItsMind = new Error("no");
    const failure = await failureOf(
      db.transaction(async (tx) => {
        await tx.query("INSERT INTO things VALUES ('b', 1)");
        throw changedItsMind;
      }),
    );
    expect(failure).to.equal(changedItsMind);
    expect(await db.query("SELECT id FROM things")).to.deep.equal([{ id: "a" }]);
  });

  it("does not take a swallowed error inside a transaction for a commit", async () => {
    const failure = await failureOf(
      db.transaction(async (tx) => {
        await tx.query("INSERT INTO things VALUES ('a', 1)");
        await tx.query("INSERT INTO things VALUES ('b', -1)").catch(() => undefined);
      }),
    );
    expect(String(failure)).to.match(/rolled back/);
    expect(await db.query("SELECT id FROM things")).to.deep.equal([]);
  });

  it("repeats a transaction that PostgreSQL rolled back to keep order", async () => {
    await db.query("INSERT INTO things VALUES ('a', 1)");
    let runs = 0;
    await db.transaction(
      async (tx) => {
        runs += 1;
        const [row] = await tx.query<{ amount: number }>("SELECT amount FROM things WHERE id = 'a'");
        // Somebody else gets in between, the first time.
        if (runs === 1) await db.query("UPDATE things SET amount = 10 WHERE id = 'a'");
        await tx.query("UPDATE things SET amount = $1 WHERE id = 'a'", [(row?.amount ?? 0) + 1]);
      },
      { isolation: "SERIALIZABLE" },
    );
    expect(runs).to.equal(2);
    expect(await db.query("SELECT amount FROM things")).to.deep.equal([{ amount: 11 }]);
  });

  it("refuses a statement after its transaction has ended", async () => {
    let kept: { query(sql: string): Promise<unknown> } | undefined;
    await db.transaction(async (tx) => {
      kept = tx;
    });
    expect(String(await failureOf(kept?.query("SELECT 1") ?? Promise.resolve()))).to.match(/had ended/);
  });

  it("lets errors of a statement through as they are", async () => {
    await db.query("INSERT INTO things VALUES ('a', 1)");
    const failure = await failureOf(db.query("INSERT INTO things VALUES ('a', 2)"));
    expect(isUniqueViolation(failure, "things_pkey")).to.equal(true);
    expect(isUniqueViolation(failure, "other_key")).to.equal(false);
  });

  it("says that the database is unavailable when it cuts a connection, and goes on after", async () => {
    const failure = await failureOf(
      db.transaction(async (tx) => {
        const [self] = await tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        await db.query("SELECT pg_terminate_backend($1)", [self?.pid]);
        await tx.query("SELECT 1");
      }),
    );
    expect(isPhoenixError(failure, ErrorReason.DATABASE_UNAVAILABLE)).to.equal(true);
    expect(await db.query("SELECT 1 AS one")).to.deep.equal([{ one: 1 }]);
  });

  it("says that the database is unavailable when it is read-only, and is not healthy then", async () => {
    const name = new URL(db.url).pathname.slice(1);
    await db.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const readOnly = await createDatabase({ url: db.url, logger });
    try {
      const failure = await failureOf(readOnly.query("INSERT INTO things VALUES ('a', 1)"));
      expect(isPhoenixError(failure, ErrorReason.DATABASE_UNAVAILABLE)).to.equal(true);
      expect(String(failure)).to.match(/read-only/);
      const inside = readOnly.transaction((tx) => tx.query("INSERT INTO things VALUES ('b', 1)"));
      expect(String(await failureOf(inside)), "in a transaction").to.match(/read-only/);
      expect(await readOnly.healthy()).to.equal(false);
    } finally {
      await readOnly.close();
      await db.query(`SET default_transaction_read_only = off`);
      await db.transaction(async (tx) => {
        await tx.query("SET TRANSACTION READ WRITE");
        await tx.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
      });
    }
    expect(await db.healthy()).to.equal(true);
  });

  it("gives a TypeORM data source that reads and writes entities", async () => {
    const Thing = new EntitySchema<{ id: string; amount: number }>({
      name: "Thing",
      tableName: "things",
      columns: { id: { type: "text", primary: true }, amount: { type: "int" } },
    });
    const source = await db.dataSource([Thing]);
    const things = source.getRepository(Thing);
    await things.save({ id: "a", amount: 3 });
    expect(await things.findOneBy({ id: "a" })).to.deep.equal({ id: "a", amount: 3 });
  });

  it("says in one line where it cannot reach a database, without the password", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, "close");
    const url = `postgresql://phoenix:s3cret@127.0.0.1:${port}/phoenix`;
    const failure = await failureOf(createDatabase({ url, logger }));
    expect(isPhoenixError(failure, ErrorReason.DATABASE_UNAVAILABLE)).to.equal(true);
    expect((failure as Error).message).to.match(new RegExp(`127\\.0\\.0\\.1:${port}/phoenix: connect ECONNREFUSED`));
    expect((failure as Error).message).to.not.contain("s3cret");
    expect((failure as Error).message).to.not.contain("\n");
  });

  it("refuses a PostgreSQL older than 15 in one line", async () => {
    const old = await createTestDatabase();
    // A real server that calls itself older: this function comes before PostgreSQL's own.
    await old.query("CREATE SCHEMA older");
    await old.query(`CREATE FUNCTION older.current_setting(text) RETURNS text LANGUAGE sql
      AS $$ SELECT CASE $1 WHEN 'server_version_num' THEN '140011' ELSE '14.11' END $$`);
    await old.query(`ALTER DATABASE ${new URL(old.url).pathname.slice(1)} SET search_path = older, pg_catalog`);
    const failure = await failureOf(createDatabase({ url: old.url, logger }));
    expect((failure as Error).message).to.match(/is PostgreSQL 14\.11; Phoenix needs PostgreSQL 15 or newer/);
    expect((failure as Error).message).to.not.contain("\n");
    await old.close();
  });

  it("closes twice without complaint", async () => {
    const other = await createDatabase({ url: db.url, logger });
    await Promise.all([other.close(), other.close()]);
    expect(isPhoenixError(await failureOf(other.query("SELECT 1")), ErrorReason.DATABASE_UNAVAILABLE)).to.equal(true);
  });
});
