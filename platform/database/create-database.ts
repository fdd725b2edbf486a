import pg from "pg";
import { DataSource } from "typeorm";
import { Code, ErrorReason, type PhoenixError, phoenixError } from "../errors/index.ts";
import type { Logger } from "../logging/index.ts";
import { withArrayTexts } from "./array-text.ts";
import type { Database } from "./database.ts";
import { atTheWall, translateDriverError } from "./driver-errors.ts";
import { createListener } from "./listener.ts";
import { runTransaction } from "./transaction.ts";

/** What a database is opened with. */
export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/name`. */
  url: string;
  /** Most connections of the pool; default 10. LISTEN and TypeORM have their own. */
  poolSize?: number;
  /** Longest time of one statement, in milliseconds; default 30,000. */
  statementTimeoutMs?: number;
  /** Takes lines about lost connections. */
  logger: Logger;
}

/** Oldest PostgreSQL that has what Phoenix uses, as in `server_version_num`. */
const oldestVersion = 150_000;

/**
 * Opens a database and checks that it can be used.
 * @throws PhoenixError DATABASE_UNAVAILABLE when it cannot be reached, is refused, or is older than PostgreSQL 15.
 */
export async function createDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, logger, poolSize = 10, statementTimeoutMs = 30_000 } = options;
  const connection = {
    connectionString: url,
    application_name: "phoenix",
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  };
  const pool = new pg.Pool({
    ...connection,
    max: poolSize,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
  });
  // Without a listener an idle connection that breaks would end the process.
  pool.on("error", (error) => logger.warn({ err: error }, "an idle database connection was lost"));
  try {
    await requireUsable(pool, url);
  } catch (error) {
    await pool.end();
    throw error;
  }

  const listener = createListener({ connection, logger });
  const sources = new Set<DataSource>();
  let closed: Promise<void> | undefined;

  const healthy = async (): Promise<boolean> => {
    try {
      const sql = "SELECT current_setting('transaction_read_only') = 'off' AS writable";
      // Typed for its rows alone: the driver takes a time limit per query that its types do not know.
      const probe = { text: sql, query_timeout: 2_000 } as pg.QueryConfig;
      const { rows } = await pool.query<{ writable: boolean }>(probe);
      return rows[0]?.writable === true;
    } catch (error) {
      logger.debug({ err: error }, "the database failed its health probe");
      return false;
    }
  };

  return {
    url,
    pool,
    query: (sql, params) => atTheWall(async () => (await pool.query(sql, withArrayTexts(params))).rows),
    transaction: (fn, how) => runTransaction(pool, fn, how),
    listen: (channel, callback) => listener.listen(channel, callback),
    async dataSource(entities) {
      const source = new DataSource({
        type: "postgres",
        url,
        entities: [...entities],
        poolSize: 4,
        synchronize: false,
      });
      await atTheWall(() => source.initialize());
      sources.add(source);
      return source;
    },
    healthy,
    close() {
      closed ??= (async () => {
        await listener.close();
        await Promise.all([...sources].filter((source) => source.isInitialized).map((source) => source.destroy()));
        await pool.end();
      })();
      return closed;
    },
  };
}

async function requireUsable(pool: pg.Pool, url: string): Promise<void> {
  let version: { number: number; words: string };
  try {
    const sql =
      "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS words";
    version = (await pool.query(sql)).rows[0];
  } catch (error) {
    throw unusable(url, error);
  }
  if (version.number < oldestVersion) {
    throw phoenixError(
      ErrorReason.DATABASE_UNAVAILABLE,
      `the database at ${placeOf(url)} is PostgreSQL ${version.words}; Phoenix needs PostgreSQL 15 or newer. Upgrade it, or name another one`,
      { code: Code.FailedPrecondition },
    );
  }
}

function unusable(url: string, error: unknown): PhoenixError {
  const why = error instanceof AggregateError ? error.errors.map(String).join("; ") : String((error as Error).message);
  return phoenixError(
    ErrorReason.DATABASE_UNAVAILABLE,
    `cannot use the database at ${placeOf(url)}: ${why}. Check that it runs and that the address, user and password are right`,
    { cause: translateDriverError(error) },
  );
}

/** Host, port and name of a database URL, without user and password. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return "(an address that is not a URL)";
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || "5432"}${pathname}`;
}
