import type { Transport } from "@connectrpc/connect";
import { DeploymentService } from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import { ExperimentService } from "@phoenix/gen/phoenix/controller/v1/experiment_service_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { AuditService } from "@phoenix/gen/phoenix/gateway/v1/audit_service_pb.ts";
import type { Role } from "@phoenix/gen/phoenix/gateway/v1/auth_pb.ts";
import { AuthService } from "@phoenix/gen/phoenix/gateway/v1/auth_service_pb.ts";
import { EventService } from "@phoenix/gen/phoenix/gateway/v1/event_service_pb.ts";
import { migrations } from "@phoenix/migrations";
import type { Database } from "@phoenix/platform/database";
import { fromConnectError, reasonName } from "@phoenix/platform/errors";
import { createLogger } from "@phoenix/platform/logging";
import { createClients, createInProcessTransport } from "@phoenix/platform/rpc";
import { createTestDatabase } from "@phoenix/platform/testing";
import { createGatewayService, type GatewayConfig, type GatewayService } from "../index.ts";
import { createScriptedController, type ScriptedController } from "./scripted-controller.ts";

const services = {
  auth: AuthService,
  audit: AuditService,
  events: EventService,
  fleet: FleetService,
  experiments: ExperimentService,
  deployments: DeploymentService,
};

/** Clients of the gateway as one caller has them. */
export type CallerClients = ReturnType<typeof createClients<typeof services>>;

type Grants = readonly { role: Role; labels?: Record<string, string> }[];

/** A gateway on a real PostgreSQL before a scripted controller. */
export type GatewaySite = {
  db: Database;
  controller: ScriptedController;
  /** The first administrator's password, as it was announced. */
  announced: { name: string; password: string }[];
  now: Date;
  /** Moves the clock. */
  pass(ms: number): void;
  /** Calls with a credential, or without. */
  as(credential?: string, headers?: Record<string, string>): CallerClients;
  /** A second gateway on the same database. */
  replica(): Promise<(credential?: string) => CallerClients>;
  /** Makes a user who has changed the password, and logs in. */
  user(name: string, grants: Grants): Promise<{ clients: CallerClients; accessToken: string; refreshToken: string }>;
  close(): Promise<void>;
};

/** The password of every user that a site makes, once it was changed. */
export const password = "correct horse battery";

/** Starts a gateway; `admin` is its first administrator, who has changed the password. */
export async function createGatewaySite(
  config: Partial<GatewayConfig> = {},
): Promise<GatewaySite & { admin: CallerClients }> {
  const db = await createTestDatabase({ migrations });
  const controller = createScriptedController();
  const logger = createLogger({ name: "gateway-site", level: "silent" });
  const behind = createInProcessTransport((router) => controller.routes(router), { logger });
  const announced: GatewaySite["announced"] = [];
  const gateways: GatewayService[] = [];
  let now = new Date();

  const start = async (): Promise<(credential?: string, headers?: Record<string, string>) => CallerClients> => {
    const gateway = createGatewayService({
      ...{ db, logger },
      transports: { controller: behind, pipelines: behind, benchmark: behind, analytics: behind },
      config: { open: false, fourEyes: false, ...config },
      announce: (credential) => announced.push(credential),
      clock: () => now,
    });
    gateways.push(gateway);
    await gateway.start();
    const transport = createInProcessTransport((router) => gateway.routes(router), {
      logger,
      interceptors: gateway.interceptors,
    });
    return (credential, headers = {}) => createClients(withHeaders(transport, credential, headers), services);
  };
  const as = await start();

  const changed = async (name: string, first: string) => {
    const { accessToken } = await as().auth.login({ name, password: first });
    await as(accessToken).auth.changePassword({ currentPassword: first, newPassword: password });
    const login = await as().auth.login({ name, password });
    return { clients: as(login.accessToken), accessToken: login.accessToken, refreshToken: login.refreshToken };
  };
  const first = announced[0];
  const admin = first === undefined ? as() : (await changed(first.name, first.password)).clients;
  return {
    ...{ db, controller, announced, as, admin },
    get now() {
      return now;
    },
    pass(ms) {
      now = new Date(now.getTime() + ms);
    },
    replica: start,
    async user(name, grants) {
      const made = await admin.auth.createUser({ name, grants: grants.map((grant) => ({ labels: {}, ...grant })) });
      return changed(name, made.password);
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await db.close();
    },
  };
}

/** The reason that a call fails with; "ok" when it does not. */
export async function reasonOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    return reasonName(fromConnectError(error).reason);
  }
}

function withHeaders(transport: Transport, credential: string | undefined, headers: Record<string, string>): Transport {
  const all = { ...headers, ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }) };
  const merge = (given: ConstructorParameters<typeof Headers>[0]): Headers => {
    const merged = new Headers(given);
    for (const [name, value] of Object.entries(all)) merged.set(name, value);
    return merged;
  };
  return {
    unary: (method, signal, timeoutMs, header, message, contextValues) =>
      transport.unary(method, signal, timeoutMs, merge(header), message, contextValues),
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.stream(method, signal, timeoutMs, merge(header), input, contextValues),
  };
}
