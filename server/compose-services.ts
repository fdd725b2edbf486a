import type { DescService } from "@bufbuild/protobuf";
import { type ConnectRouter, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createAnalyticsService } from "@phoenix/analytics";
import { createBenchmarkService } from "@phoenix/benchmark";
import type { CollectorBinary } from "@phoenix/collector";
import { createControllerService } from "@phoenix/controller";
import {
  createGatewayService,
  createServiceDoor,
  createSigningKeys,
  type OidcSettings,
  openGuard,
} from "@phoenix/gateway";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { createPipelinesService } from "@phoenix/pipelines";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import {
  actorOf,
  createInProcessTransport,
  createRemoteTransport,
  type RemoteTransport,
  type RequestHandler,
} from "@phoenix/platform/rpc";
import type { Metrics } from "@phoenix/platform/telemetry";
import type { ServerNotices } from "./run-server.ts";
import type { ServerConfig, ServiceName } from "./server-config.ts";
import { serverVersion } from "./server-version.ts";

/** A service as a server runs it. */
export type HostedService = Service & {
  readonly name: string;
  readonly descriptors: readonly DescService[];
  routes(router: ConnectRouter): void;
  /** Run for every call of the port it is served on. */
  readonly interceptors?: readonly Interceptor[];
  /** Serves what is no call. */
  readonly fallback?: RequestHandler;
};

/** The services of a process, wired. */
export type Composition = {
  /** In the order they are started. */
  services: HostedService[];
  /** Guards the port of a process without a gateway, whose services serve each other alone. */
  guard: Interceptor;
  /** Port agents dial, once started; undefined where the controller runs elsewhere. */
  agentPort(): number | undefined;
  /** Ends the connections to services elsewhere. */
  disconnect(): void;
};

type Parts = {
  config: ServerConfig;
  db: Database;
  collector: CollectorBinary | null;
  logger: Logger;
  metrics: Metrics;
  notices: ServerNotices;
};

/**
 * Creates the services that `config` names, each behind the transport through
 * which the others call it: in memory here, HTTP/2 elsewhere.
 * @throws PhoenixError INVALID_FIELD when a service is needed, not run here, and has no address.
 */
export function composeServices({ config, db, collector, logger, metrics, notices }: Parts): Composition {
  const door = createServiceDoor(
    createSigningKeys(db, "service", () => new Date()),
    () => new Date(),
  );
  const services: HostedService[] = [];
  const remotes: RemoteTransport[] = [];
  const transports = new Map<ServiceName, Transport>();
  const runs = (name: ServiceName): boolean => config.services.includes(name);
  const part = (name: ServiceName): Logger => logger.child({ part: name });
  const host = <T extends HostedService>(name: ServiceName, service: T): T => {
    services.push(service);
    const routes = (router: ConnectRouter): void => service.routes(router);
    transports.set(name, createInProcessTransport(routes, { logger: part(name), metrics }));
    return service;
  };
  const transportTo = (name: ServiceName, url: string | undefined): Transport => {
    const known = transports.get(name);
    if (known !== undefined) return known;
    if (url === undefined) {
      throw phoenixError(
        ErrorReason.INVALID_FIELD,
        `${name} does not run in this process: say where it does with --${name}-url, or add it to --services`,
      );
    }
    const remote = createRemoteTransport(url, config.open ? {} : { interceptors: [door.sign] });
    remotes.push(remote);
    transports.set(name, remote);
    return remote;
  };
  const pipelines = () => createClient(PipelineService, transportTo("pipelines", config.pipelinesUrl));
  const benchmark = () => createClient(BenchmarkService, transportTo("benchmark", config.benchmarkUrl));
  const analytics = () => createClient(AnalyticsService, transportTo("analytics", config.analyticsUrl));

  if (runs("pipelines")) {
    const { remoteWriteUrl } = config;
    const settings = { collector, ...(remoteWriteUrl === undefined ? {} : { remoteWriteUrl }) };
    host(
      "pipelines",
      createPipelinesService({ db, logger: part("pipelines"), metrics, config: settings, callerOf: actorOf }),
    );
  }
  if (runs("benchmark")) {
    const { prometheusUrl: url, prometheusUser: user, prometheusPassword: password, prometheusToken: token } = config;
    const settings = { prometheus: { url, user, password, token } };
    host(
      "benchmark",
      createBenchmarkService({ db, logger: part("benchmark"), metrics, config: settings, callerOf: actorOf }),
    );
  }
  if (runs("analytics")) {
    const clients = { benchmark: benchmark() };
    host("analytics", createAnalyticsService({ db, logger: part("analytics"), metrics, clients }));
  }
  let agentPort = (): number | undefined => undefined;
  if (runs("controller")) {
    const controller = host(
      "controller",
      createControllerService({
        db,
        logger: part("controller"),
        metrics,
        clients: { pipelines: pipelines(), benchmark: benchmark(), analytics: analytics() },
        callerOf: actorOf,
        config: { agentHost: config.host, agentPort: config.agentPort, serverVersion },
      }),
    );
    agentPort = () => controller.agentServer.port;
  }
  if (runs("gateway")) {
    services.push(
      createGatewayService({
        db,
        transports: {
          controller: transportTo("controller", config.controllerUrl),
          pipelines: transportTo("pipelines", config.pipelinesUrl),
          benchmark: transportTo("benchmark", config.benchmarkUrl),
          analytics: transportTo("analytics", config.analyticsUrl),
        },
        logger: part("gateway"),
        config: { open: config.open, fourEyes: config.fourEyes, oidc: oidcSettingsOf(config) },
        announce: notices.firstAdministrator,
      }),
    );
  }
  return {
    services,
    guard: config.open ? openGuard : door.guard,
    agentPort: () => agentPort(),
    disconnect: () => {
      for (const remote of remotes) remote.close();
    },
  };
}

/** The identity provider of a configuration; undefined where none is named. */
function oidcSettingsOf(config: ServerConfig): OidcSettings | undefined {
  if (config.oidcIssuer === undefined) return undefined;
  return {
    issuer: config.oidcIssuer,
    clientId: config.oidcClientId ?? "",
    clientSecret: config.oidcClientSecret,
    title: config.oidcTitle,
    scopes: config.oidcScopes,
    rolesClaim: config.oidcRolesClaim,
    roles: config.oidcRoles,
    publicUrl: config.publicUrl,
  };
}
