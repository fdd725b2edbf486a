import { type Client, createClient } from "@connectrpc/connect";
import { BenchmarkService as Contract } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { fromConnectError, type PhoenixError } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics, type Metrics } from "@phoenix/platform/telemetry";
import { createTestDatabase } from "@phoenix/platform/testing";
import { Platform1700000000001 } from "../../../migrations/0001-platform.ts";
import { Benchmark1700000000004 } from "../../../migrations/0004-benchmark.ts";
import { PriceBooksAndRollups1700000000008 } from "../../../migrations/0008-price-books-and-rollups.ts";
import { ObservationParts1700000000020 } from "../../../migrations/0020-observation-parts.ts";
import { ObservationQuarters1700000000021 } from "../../../migrations/0021-observation-quarters.ts";
import { createBenchmarkService } from "../index.ts";

/** One running service and a client that calls it in this process. */
export interface BenchmarkReplica {
  client: Client<typeof Contract>;
  metrics: Metrics;
  /** Stops it; the end of the site does so too. */
  stop(): Promise<void>;
}

/** A database of its own with the tables of the benchmark, and any number of replicas on it. */
export interface BenchmarkSite {
  db: Database;
  /** Starts a replica with this clock, in milliseconds since the Unix epoch; calls are ada's. */
  serve(clock: () => number): Promise<BenchmarkReplica>;
  /** Stops every replica and drops the database. */
  close(): Promise<void>;
}

/** Makes a site without a replica. The first of a run starts PostgreSQL. */
export async function createBenchmarkSite(): Promise<BenchmarkSite> {
  const logger = createLogger({ name: "benchmark-spec", level: "fatal" });
  const db = await createTestDatabase({
    migrations: [
      Platform1700000000001,
      Benchmark1700000000004,
      PriceBooksAndRollups1700000000008,
      ObservationParts1700000000020,
      ObservationQuarters1700000000021,
    ],
  });
  const replicas = new Set<BenchmarkReplica>();
  return {
    db,
    async serve(clock) {
      const metrics = createMetrics({ processMetrics: false });
      const service = createBenchmarkService({ db, logger, metrics, clock, callerOf: () => "ada" });
      await service.start();
      const client = createClient(
        Contract,
        createInProcessTransport((router) => service.routes(router), { logger, metrics }),
      );
      const replica: BenchmarkReplica = {
        client,
        metrics,
        async stop() {
          if (replicas.delete(replica)) await service.stop();
        },
      };
      replicas.add(replica);
      return replica;
    },
    async close() {
      for (const replica of replicas) await replica.stop();
      await db.close();
    },
  };
}

/** The error a call is refused with. Throws when it is not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<PhoenixError> {
  return call.then(
    () => {
      throw new Error("nothing was refused");
    },
    (error: unknown) => fromConnectError(error),
  );
}
