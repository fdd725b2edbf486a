import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createDatabase, type Database, startEmbeddedDatabase } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";
import type { ServerConfig } from "./server-config.ts";

/** The server's database and the way to let go of it. */
export type OpenDatabase = { db: Database; close(): Promise<void> };

/**
 * Opens the external database of `config`, or starts the embedded one.
 * @throws PhoenixError DATABASE_UNAVAILABLE that says what is in the way.
 */
export async function openDatabase(config: ServerConfig, logger: Logger): Promise<OpenDatabase> {
  if (config.databaseUrl !== undefined) {
    const db = await createDatabase({ url: config.databaseUrl, poolSize: config.databasePoolSize, logger });
    return { db, close: () => db.close() };
  }
  // Others may pass through but see nothing: as root, PostgreSQL runs as a user of its own.
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 }).catch((error: unknown) => {
    throw phoenixError(
      ErrorReason.DATABASE_UNAVAILABLE,
      `the data directory ${config.dataDir} cannot be made (${(error as NodeJS.ErrnoException).code}): name another with --data-dir`,
      { cause: error },
    );
  });
  const embedded = await startEmbeddedDatabase({ dataDir: join(config.dataDir, "postgres"), logger });
  try {
    const db = await createDatabase({ url: embedded.url, poolSize: config.databasePoolSize, logger });
    return {
      db,
      async close() {
        try {
          await db.close();
        } finally {
          await embedded.stop();
        }
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}
