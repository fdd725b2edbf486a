import { type Client, createClient } from "@connectrpc/connect";
import type { CollectorBinary } from "@phoenix/collector";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { createLogger } from "@phoenix/platform/logging";
import { createInProcessTransport } from "@phoenix/platform/rpc";
import { createMetrics } from "@phoenix/platform/telemetry";
import { createTestDatabase } from "@phoenix/platform/testing";
import { Platform1700000000001 } from "../../../migrations/0001-platform.ts";
import { Pipelines1700000000003 } from "../../../migrations/0003-pipelines.ts";
import { PipelineVersions1700000000011 } from "../../../migrations/0011-pipeline-versions.ts";
import { createPipelinesService, type PipelinesService } from "../index.ts";

/** The service on a database of its own, and a client of it. */
export type ServedPipelines = {
  db: Database;
  service: PipelinesService;
  client: Client<typeof PipelineService>;
  close(): Promise<void>;
};

/** Starts the service for a spec; `collector` judges, null for none. */
export async function servePipelines(
  collector: CollectorBinary | null,
  remoteWriteUrl?: string,
): Promise<ServedPipelines> {
  const db = await createTestDatabase({
    migrations: [Platform1700000000001, Pipelines1700000000003, PipelineVersions1700000000011],
  });
  const logger = createLogger({ name: "pipelines-spec", level: "fatal" });
  const metrics = createMetrics({ processMetrics: false });
  const service = createPipelinesService({ db, logger, metrics, config: { collector, remoteWriteUrl } });
  await service.start();
  const client = createClient(
    PipelineService,
    createInProcessTransport((router) => service.routes(router), { logger, metrics }),
  );
  return {
    db,
    service,
    client,
    async close() {
      await service.stop();
      await db.close();
    },
  };
}
