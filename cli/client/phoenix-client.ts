import type { Client, Interceptor } from "@connectrpc/connect";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { AnalyticsService } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { BenchmarkService } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { LoadSimulationService } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { AuditService } from "@phoenix/gen/phoenix/gateway/v1/audit_service_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { Code, ErrorReason, fromConnectError, phoenixError, toConnectError } from "@phoenix/platform/errors";
import { authorizeCalls } from "../auth/authorize-calls.ts";
import type { CredentialSource } from "../auth/credential-source.ts";
import { CommandError } from "../output/command-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** The server that commands talk to when nothing else is said. */
export const defaultServer = "http://127.0.0.1:7470";

/** Generated clients of everything the gateway serves. */
export type PhoenixClient = {
  readonly server: string;
  readonly experiments: Client<typeof ExperimentService>;
  readonly fleet: Client<typeof FleetService>;
  readonly deployments: Client<typeof DeploymentService>;
  readonly loads: Client<typeof LoadSimulationService>;
  readonly pipelines: Client<typeof PipelineService>;
  readonly benchmark: Client<typeof BenchmarkService>;
  readonly analytics: Client<typeof AnalyticsService>;
  readonly auth: Client<typeof AuthService>;
  readonly audit: Client<typeof AuditService>;
};

/**
 * Clients for the server at `server`. Unary calls end after `timeoutMs`. A server
 * that cannot be reached is said in one line that names it. Calls carry the
 * credential of `credentials`, where it has one.
 */
export function createPhoenixClient(server: string, timeoutMs = 30_000, credentials?: CredentialSource): PhoenixClient {
  if (!/^https?:\/\//.test(server)) {
    throw new CommandError(`--server takes an address such as ${defaultServer}, not "${server}"`, exitCodes.usage);
  }
  const sayWhoIsAway: Interceptor = (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      const known = fromConnectError(error);
      const fromServer =
        Object.keys(known.metadata).length > 0 || !/ECONN|connect|socket|ENOTFOUND/i.test(known.message);
      if (known.code !== Code.Unavailable || fromServer) throw error;
      const message = `no Phoenix server answers at ${server}: start one with \`phoenix server\`, or name another with --server or PHOENIX_SERVER`;
      throw toConnectError(phoenixError(ErrorReason.SERVICE_UNAVAILABLE, message, { cause: error }));
    }
  };
  const transportWith = (interceptors: Interceptor[]) =>
    createGrpcTransport({
      baseUrl: server,
      defaultTimeoutMs: timeoutMs,
      interceptors: [sayWhoIsAway, ...interceptors],
      readMaxBytes: 64 * 1024 * 1024,
    });
  // A login is renewed by a call that itself carries none.
  let bare: Client<typeof AuthService> | undefined;
  const plain = (): Client<typeof AuthService> => {
    bare ??= createClient(AuthService, transportWith([]));
    return bare;
  };
  const transport = transportWith(credentials === undefined ? [] : [authorizeCalls(credentials, plain)]);
  return {
    server,
    experiments: createClient(ExperimentService, transport),
    fleet: createClient(FleetService, transport),
    deployments: createClient(DeploymentService, transport),
    loads: createClient(LoadSimulationService, transport),
    pipelines: createClient(PipelineService, transport),
    benchmark: createClient(BenchmarkService, transport),
    analytics: createClient(AnalyticsService, transport),
    auth: createClient(AuthService, transport),
    audit: createClient(AuditService, transport),
  };
}
