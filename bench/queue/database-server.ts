import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startEmbeddedDatabase } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import pg from "pg";

/** An embedded PostgreSQL that gives empty databases. */
export type DatabaseServer = {
  /** Version and what decides about durability, in one line. */
  description: string;
  /** Address of a new, empty database. */
  createDatabase(): Promise<string>;
  /** Drops a database nobody needs any more. */
  dropDatabase(url: string): Promise<void>;
  stop(): Promise<void>;
};

/** Starts PostgreSQL as `phoenix server` does: with fsync and synchronous_commit on. */
export async function startDatabaseServer(): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-bench-"));
  // PostgreSQL runs as another user where we are root, and must get through to its own folder.
  chmodSync(folder, 0o711);
  const logger = createLogger({ name: "bench", level: "error" });
  const embedded = await startEmbeddedDatabase({ dataDir: join(folder, "postgres"), logger });
  const client = new pg.Client({ connectionString: embedded.url });
  await client.connect();
  const { rows } = await client.query<{ version: string; sync: string; fsync: string }>(
    `select current_setting('server_version') as version, current_setting('synchronous_commit') as sync,
       current_setting('fsync') as fsync`,
  );
  const [{ version, sync, fsync } = { version: "", sync: "", fsync: "" }] = rows;
  let made = 0;
  return {
    description: `PostgreSQL ${version}, synchronous_commit ${sync}, fsync ${fsync}`,
    async createDatabase() {
      made += 1;
      const name = `bench_${made}`;
      await client.query(`create database ${name}`);
      const url = new URL(embedded.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async dropDatabase(url) {
      const name = new URL(url).pathname.slice(1);
      // A pool that was told to end may still have connections on their way out, and takes it ill when they are cut.
      for (let tries = 0; tries < 50; tries++) {
        const { rowCount } = await client.query("select from pg_stat_activity where datname = $1", [name]);
        if (rowCount === 0) break;
        await delay(100);
      }
      await client.query(`drop database ${name} with (force)`);
    },
    async stop() {
      await client.end();
      await embedded.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
