import type { DescService } from "@bufbuild/protobuf";
import { type ConnectRouter, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ChangeService } from "@phoenix/gen/phoenix/controller/v1/change_service_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { EventService } from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database } from "@phoenix/platform/database";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { actorHeader, forwardService, type RequestHandler } from "@phoenix/platform/rpc";
import { createHostScope, isServed } from "./access/index.ts";
import { createLoginAttempts, makeFirstAdministrator } from "./accounts/index.ts";
import { type ApiParts, apiServices, createReplay, routeApi } from "./api/index.ts";
import { createApprovalWatch } from "./approvals/index.ts";
import { createAuditLog } from "./audit/index.ts";
import { serveConsole } from "./console/index.ts";
import { createCallRecorder, createFourEyes, createSnapshot, enforceAccess } from "./enforcement/index.ts";
import { createEventHub, createEventService, eventDefaults } from "./events/index.ts";
import { type OidcSettings, oidcPath, serveOidc } from "./oidc/index.ts";
import { createAccessTokens, createAuthenticator, createSigningKeys } from "./sessions/index.ts";

/** Where the services behind the gateway are. */
export type GatewayTransports = {
  controller: Transport;
  pipelines: Transport;
  benchmark: Transport;
  analytics: Transport;
};

/** How the gateway lets people in. */
export type GatewayConfig = {
  /** Nobody needs to log in: everyone is an administrator. */
  open: boolean;
  /** Promotions, and deployments to the whole fleet, wait for a second person. */
  fourEyes: boolean;
  /** An identity provider whose people may log in; undefined for none. */
  oidc?: OidcSettings | undefined;
};

/** What the gateway needs. */
export type GatewayDeps = {
  db: Database;
  transports: GatewayTransports;
  logger: Logger;
  config: GatewayConfig;
  /** Tells the first administrator's password to a person, and to no log. */
  announce: (credential: { name: string; password: string }) => void;
  /** Where times are taken from; the machine's clock by default. */
  clock?: () => Date;
};

/** The gateway as a service of a server. */
export type GatewayService = Service & {
  readonly name: "gateway";
  readonly descriptors: DescService[];
  routes(router: ConnectRouter): void;
  /** Run for every call of the port that it is served on, before messages are validated. */
  readonly interceptors: readonly Interceptor[];
  /** Serves what is no call: the web console. */
  readonly fallback: RequestHandler;
};

/** Creates the gateway. Its start makes the first administrator where there is nobody yet. */
export function createGatewayService(deps: GatewayDeps): GatewayService {
  const { db, transports, config, announce, clock = () => new Date() } = deps;
  const { open } = config;
  const logger = deps.logger.child({ service: "gateway" });
  const behind: [DescService, Transport][] = [
    [ExperimentService, transports.controller],
    [FleetService, transports.controller],
    [DeploymentService, transports.controller],
    [LoadSimulationService, transports.controller],
    [PipelineService, transports.pipelines],
    [BenchmarkService, transports.benchmark],
    [AnalyticsService, transports.analytics],
  ];
  const clients = {
    fleet: createClient(FleetService, transports.controller),
    experiments: createClient(ExperimentService, transports.controller),
    deployments: createClient(DeploymentService, transports.controller),
    loads: createClient(LoadSimulationService, transports.controller),
  };
  const keys = createSigningKeys(db, "access", clock);
  const accessTokens = createAccessTokens(keys, clock);
  const authenticator = createAuthenticator(db, accessTokens, clock);
  const scope = createHostScope(clients);
  const { append } = createAuditLog(db);
  const parts: ApiParts = {
    ...{ db, clock, open, accessTokens, authenticator, scope, append },
    oidc: config.oidc === undefined ? undefined : { path: oidcPath, title: config.oidc.title },
    attempts: createLoginAttempts(db, clock),
    replay: createReplay(behind),
  };
  const enforce = enforceAccess({
    ...{ open, authenticator, scope },
    recorder: createCallRecorder({ append, snapshot: createSnapshot(db, clients), logger, clock }),
    fourEyes: createFourEyes({ wanted: config.fourEyes, db, deployments: clients.deployments, clock }),
  });
  const events = createEventHub({
    client: createClient(ChangeService, transports.controller),
    watchApprovals: createApprovalWatch({ db, clock, logger }),
    logger: logger.child({ part: "events" }),
    settings: eventDefaults,
  });
  return {
    name: "gateway",
    descriptors: [...behind.map(([service]) => service), ...apiServices, EventService],
    interceptors: [enforce],
    routes(router) {
      for (const [service, transport] of behind) {
        forwardService(router, service, transport, {
          headers: ["x-request-id", actorHeader],
          allows: ({ name }) => isServed(service.typeName, name),
        });
      }
      routeApi(router, parts);
      router.service(EventService, createEventService(events, eventDefaults));
    },
    fallback:
      open || config.oidc === undefined
        ? serveConsole()
        : serveOidc({ settings: config.oidc, db, keys, logger, clock, append }, serveConsole()),
    start: async () => {
      if (!open) await makeFirstAdministrator(db, clock(), announce);
    },
    stop: () => events.stop(),
  };
}
