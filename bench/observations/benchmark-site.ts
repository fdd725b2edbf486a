import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createBenchmarkService } from "@phoenix/benchmark";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { migrations } from "@phoenix/migrations";
import { createDatabase, type Database, migrate, startEmbeddedDatabase } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { treeCpuSeconds } from "../report/process-usage.ts";

/** The benchmark service in this process behind its contract, over an embedded PostgreSQL that is durable as it is by default. */
export type BenchmarkSite = {
  readonly client: Client<typeof BenchmarkService>;
  readonly db: Database;
  databaseCpuSeconds(): number;
  close(): Promise<void>;
};

/** Starts PostgreSQL, brings the schema up, and the service on it. */
export async function createBenchmarkSite(): Promise<BenchmarkSite> {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-bench-"));
  // PostgreSQL runs as another user where we are root, and must get through to its own folder.
  chmodSync(folder, 0o711);
  const logger = createLogger({ name: "bench", level: "error" });
  const embedded = await startEmbeddedDatabase({ dataDir: join(folder, "postgres"), logger });
  // Seeding takes statements that no call of the service takes.
  const db = await createDatabase({ url: embedded.url, logger, statementTimeoutMs: 600_000 });
  await migrate(db, migrations, "up");
  const metrics = createMetrics({ processMetrics: false });
  const service = createBenchmarkService({ db, logger, metrics });
  await service.start();
  const transport = createInProcessTransport((router) => service.routes(router), { logger, metrics });
  return {
    client: createClient(BenchmarkService, transport),
    db,
    databaseCpuSeconds: () => treeCpuSeconds(embedded.pid),
    async close() {
      await service.stop();
      await db.close();
      await embedded.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
