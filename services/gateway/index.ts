/**
 * The one door to Phoenix: every public call of every service on one port. It
 * forwards what access/public-methods.ts has a rule for, through transports to
 * the services behind it, and serves nothing else. It keeps no data.
 */
import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, Transport } from "@connectrpc/connect";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { forwardService, type RequestHandler } from "@phoenix/platform/rpc";
import { isPublic } from "./access/public-methods.ts";
import { serveConsole } from "./console/index.ts";

/** Where the services behind the gateway are. */
export type GatewayTransports = {
  controller: Transport;
  pipelines: Transport;
  benchmark: Transport;
  analytics: Transport;
};

/** The gateway as a service of a server. */
export type GatewayService = {
  readonly name: "gateway";
  readonly descriptors: DescService[];
  routes(router: ConnectRouter): void;
  /** Serves what is no call: the web console. */
  readonly fallback: RequestHandler;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Creates the gateway. It starts and stops at once: it holds nothing. */
export function createGatewayService(transports: GatewayTransports): GatewayService {
  const behind: [DescService, Transport][] = [
    [ExperimentService, transports.controller],
    [FleetService, transports.controller],
    [DeploymentService, transports.controller],
    [LoadSimulationService, transports.controller],
    [PipelineService, transports.pipelines],
    [BenchmarkService, transports.benchmark],
    [AnalyticsService, transports.analytics],
  ];
  return {
    name: "gateway",
    descriptors: behind.map(([service]) => service),
    routes(router) {
      for (const [service, transport] of behind) {
        forwardService(router, service, transport, { allows: ({ name }) => isPublic(service.typeName, name) });
      }
    },
    fallback: serveConsole(),
    start: async () => undefined,
    stop: async () => undefined,
  };
}
