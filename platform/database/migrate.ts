import pg from "pg";
import { DataSource, type MigrationInterface, type Logger as TypeOrmLogger } from "typeorm";
import { ErrorReason, phoenixError } from "../errors/index.ts";
import type { Database } from "./database.ts";
import { atTheWall, translateDriverError } from "./driver-errors.ts";

/**
 * A migration: raw SQL up and down. TypeORM orders migrations by the 13 digits
 * at the end of their `name`.
 */
export type MigrationClass = new () => MigrationInterface;

/** One migration and whether the database has it. */
export interface MigrationStatus {
  /** Name of the migration. */
  name: string;
  /** True when the database has it. */
  applied: boolean;
  /** False when the database has it and this program does not know it: a newer program was here. */
  known: boolean;
}

/** How far a migration goes. */
export interface MigrateOptions {
  /** With "down": how many are taken back, newest first; default 1, `Infinity` for all. */
  steps?: number;
}

const table = "schema_migrations";
/** Key of the advisory lock all migrating processes take: the letters "phxm" in ASCII. */
const lockKey = 0x7068786d;

/** TypeORM would write to the console; what it has to say comes as the error that is thrown. */
const silent: TypeOrmLogger = {
  log: () => undefined,
  logMigration: () => undefined,
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
};

/**
 * Brings the schema up, takes steps of it back, or only says how it is; gives
 * the status afterwards. Each migration has its own transaction. Processes that
 * start at once take turns on an advisory lock, so each migration runs once.
 * @throws PhoenixError INTERNAL when a migration fails (nothing of it is kept), DATABASE_UNAVAILABLE.
 */
export async function migrate(
  target: string | Pick<Database, "url">,
  migrations: readonly MigrationClass[],
  direction: "up" | "down" | "status",
  { steps = 1 }: MigrateOptions = {},
): Promise<MigrationStatus[]> {
  const url = typeof target === "string" ? target : target.url;
  const turn = new pg.Client({
    connectionString: url,
    application_name: "phoenix-migrate",
    connectionTimeoutMillis: 5_000,
  });
  // Reported by the next statement as well; without a listener it would end the process.
  turn.on("error", () => undefined);
  await atTheWall(() => turn.connect());
  try {
    if (direction !== "status") {
      await atTheWall(() => turn.query("SELECT pg_advisory_lock($1)", [lockKey]));
      const applied = (await atTheWall(() => readStatus(turn, migrations))).filter((each) => each.applied);
      await run(url, migrations, direction, Math.min(steps, applied.length));
    }
    return await atTheWall(() => readStatus(turn, migrations));
  } finally {
    await turn.end();
  }
}

async function run(url: string, migrations: readonly MigrationClass[], direction: "up" | "down", steps: number) {
  const source = new DataSource({
    type: "postgres",
    url,
    migrations: [...migrations],
    migrationsTableName: table,
    poolSize: 2,
    logger: silent,
  });
  await atTheWall(() => source.initialize());
  try {
    if (direction === "up") {
      await source.runMigrations({ transaction: "each" });
      return;
    }
    for (let left = steps; left > 0; left--) await source.undoLastMigration({ transaction: "each" });
  } catch (error) {
    const translated = translateDriverError(error);
    if (translated !== error) throw translated;
    const why = error instanceof Error ? error.message : String(error);
    throw phoenixError(
      ErrorReason.INTERNAL,
      `a schema migration failed and was rolled back: ${why}. The database is as it was before that migration`,
      { cause: error },
    );
  } finally {
    await source.destroy();
  }
}

async function readStatus(client: pg.Client, migrations: readonly MigrationClass[]): Promise<MigrationStatus[]> {
  const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS exists", [table]);
  const applied: string[] = rows[0]?.exists
    ? (await client.query(`SELECT name FROM ${table} ORDER BY id`)).rows.map((row) => row.name)
    : [];
  const known = migrations.map((Migration) => new Migration().name ?? Migration.name);
  const names = [...applied, ...known.filter((name) => !applied.includes(name))];
  return names.map((name) => ({ name, applied: applied.includes(name), known: known.includes(name) }));
}
