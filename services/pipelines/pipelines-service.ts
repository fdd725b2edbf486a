import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import type { CollectorBinary } from "@phoenix/collector";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { Metrics } from "@phoenix/platform/telemetry";
import { createPipelineApi } from "./api/index.ts";
import { createConfigStore, createPipelineStore, readShippedPipelines, seedCatalog } from "./store/index.ts";

/** What the service is given. */
export type PipelinesServiceDeps = {
  db: Database;
  logger: Logger;
  metrics: Metrics;
  config: {
    /** Prometheus remote-write URL that exporting collectors send to; without one they send to the tap alone. */
    remoteWriteUrl?: string | undefined;
    /** The collector that judges configurations; null when this machine has none. */
    collector: CollectorBinary | null;
  };
  /** Who makes a call, as the author of versions is named; default "operator". */
  callerOf?: (context: HandlerContext) => string;
  clock?: () => Date;
};

/** The service, ready to be put behind a server. */
export type PipelinesService = Service & {
  name: "pipelines";
  descriptors: DescService[];
  routes(router: ConnectRouter): void;
};

/** Creates the pipelines service. Throws INVALID_FIELD when the remote-write URL is unusable or carries a password. */
export function createPipelinesService(deps: PipelinesServiceDeps): PipelinesService {
  const { db, logger, metrics, config, callerOf = () => "operator", clock = () => new Date() } = deps;
  const remoteWriteUrl = checkRemoteWriteUrl(config.remoteWriteUrl);
  const rendered = metrics.counter({
    name: "phoenix_pipelines_rendered_total",
    help: "Configurations rendered, by pipeline.",
    labelNames: ["pipeline"],
  });
  const api = createPipelineApi({
    db,
    pipelines: createPipelineStore(db),
    configs: createConfigStore(db),
    collector: config.collector,
    remoteWriteUrl,
    onRendered: (pipeline) => rendered.inc({ pipeline }),
    callerOf,
    clock,
  });
  return {
    name: "pipelines",
    descriptors: [PipelineService],
    routes: (router) => void router.service(PipelineService, api),
    async start() {
      const { added, taken } = await seedCatalog(db, await readShippedPipelines());
      if (added.length > 0) logger.info({ pipelines: added }, "took pipelines in from the catalog");
      if (taken.length > 0)
        logger.warn({ pipelines: taken }, "left pipelines of the catalog out: users have some under these names");
    },
    // Nothing runs between calls, so there is nothing to wait for.
    stop: () => Promise.resolve(),
  };
}

/** The URL becomes part of every exporting configuration, which is no place for a password. */
function checkRemoteWriteUrl(url: string | undefined): string | undefined {
  if (!url) return undefined;
  const refuse = (why: string) =>
    phoenixError(
      ErrorReason.INVALID_FIELD,
      `The remote-write URL ${why}. Give one such as http://127.0.0.1:9090/api/v1/write.`,
      {
        metadata: { field: "remoteWriteUrl" },
      },
    );
  if (!URL.canParse(url)) throw refuse("is not a URL");
  const { protocol, username, password } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") throw refuse("is neither http nor https");
  if (username !== "" || password !== "")
    throw refuse("carries a user or a password, which would stand in every configuration");
  return url;
}
