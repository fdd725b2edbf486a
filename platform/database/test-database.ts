import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createLogger } from "../logging/index.ts";
import { createDatabase } from "./create-database.ts";
import type { Database } from "./database.ts";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "./embedded/index.ts";
import { type MigrationClass, migrate } from "./migrate.ts";

/** What a test's database is made of. */
export interface TestDatabaseOptions {
  /** Migrations its schema comes from; default none. */
  migrations?: readonly MigrationClass[];
  /** Most connections of its pool; default 10. */
  poolSize?: number;
}

interface TestServer {
  embedded: EmbeddedDatabase;
  directory: string;
  /** Template databases by the names of their migrations. */
  templates: Map<string, Promise<string>>;
  forget: () => void;
}

const logger = createLogger({ name: "test-database", level: "error" });
let server: Promise<TestServer> | undefined;

/**
 * Gives a test a database of its own on a real PostgreSQL, copied from a
 * template in which the migrations were run once. The server starts with the
 * first call in a process; `close()` drops the database. Put
 * `after(stopTestDatabases)` at the top level of the spec file.
 */
export async function createTestDatabase({ migrations = [], poolSize }: TestDatabaseOptions = {}): Promise<Database> {
  server ??= startServer();
  const running = await server;
  const template = await templateOf(running, migrations);
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(running.embedded, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = urlOf(running.embedded, name);
  const database = await createDatabase({ url, logger, ...(poolSize === undefined ? {} : { poolSize }) });
  return {
    ...database,
    async close() {
      await database.close();
      await administer(running.embedded, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Stops the server of {@link createTestDatabase}, if it runs, and removes its files. Twice is fine. */
export async function stopTestDatabases(): Promise<void> {
  const running = await server;
  server = undefined;
  if (running === undefined) return;
  await running.embedded.stop();
  running.forget();
  await rm(running.directory, { recursive: true, force: true });
}

async function startServer(): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), "phoenix-test-database-"));
  const embedded = await startEmbeddedDatabase({ dataDir: directory, logger, durable: false });
  // A run that is broken off has no `after`; it must not leave a server behind.
  const onExit = (): void => {
    process.kill(embedded.pid, "SIGQUIT");
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  return { embedded, directory, templates: new Map(), forget: () => process.off("exit", onExit) };
}

function templateOf({ embedded, templates }: TestServer, migrations: readonly MigrationClass[]): Promise<string> {
  const names = migrations.map((Migration) => new Migration().name ?? Migration.name).join();
  const existing = templates.get(names);
  if (existing !== undefined) return existing;
  const made = (async () => {
    const name = `template_${createHash("sha256").update(names).digest("hex").slice(0, 12)}`;
    await administer(embedded, `CREATE DATABASE ${name}`);
    if (migrations.length > 0) await migrate(urlOf(embedded, name), migrations, "up");
    return name;
  })();
  templates.set(names, made);
  return made;
}

async function administer(embedded: EmbeddedDatabase, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: embedded.url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function urlOf(embedded: EmbeddedDatabase, name: string): string {
  const url = new URL(embedded.url);
  url.pathname = `/${name}`;
  return url.href;
}
