import type { DescService } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { Health } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection as ReflectionV1 } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ReflectionAlpha } from "@phoenix/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import type { Service } from "../lifecycle/index.ts";
import type { Logger } from "../logging/index.ts";
import type { Metrics } from "../telemetry/index.ts";
import { listenFailure, type ServerTls } from "./edge/index.ts";
import { addGrpcService, createCallInterceptor } from "./grpc/index.ts";
import { addGrpcHealth, createServing, type ReadinessProbe } from "./health/index.ts";
import { createCallRecorder } from "./interceptors/index.ts";
import { keepaliveMs, keepaliveTimeoutMs, maxMessageBytes } from "./limits.ts";
import { createReflector, grpcReflection, grpcReflectionAlpha } from "./reflection/index.ts";
import { requireSafeBinding } from "./safe-binding.ts";

/** What an agent server is made of. */
export interface AgentServerOptions {
  /** Address to bind; default 127.0.0.1. Anything but loopback needs `tls` or `insecure`. */
  host?: string;
  /** Port; 0 for any free one. */
  port: number;
  /** Takes a line for each call. */
  logger: Logger;
  /** Counts calls. */
  metrics: Metrics;
  /** Finds out whether the process can do its work; default: it can. */
  ready?: ReadinessProbe;
  /** Certificate and key; with `ca`, clients must show a certificate it signed. */
  tls?: ServerTls & { ca?: string | Buffer };
  /** Allows an address other than loopback without TLS. */
  insecure?: boolean;
  /** Answers gRPC reflection; default true. */
  reflection?: boolean;
  /** Largest message either way, in bytes; default 4 MiB. */
  maxMessageBytes?: number;
}

/** A server for many long streams. Add services with `addGrpcService` before the start. */
export interface AgentServer extends Service {
  /** grpc-js's own server. */
  readonly grpc: grpc.Server;
  /** What it serves. */
  readonly descriptors: DescService[];
  /** Takes an error nobody planned for. */
  readonly onUnexpected: (error: unknown) => void;
  /** Port it is bound to; only after the start. */
  readonly port: number;
  /** Address of the server; only after the start. */
  readonly url: string;
  /** Says NOT_SERVING, takes no new calls, waits for open ones, and after `graceMs` (default 5,000) cuts them. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Creates the server of the agent port, with health and reflection.
 * @throws PhoenixError INVALID_FIELD for an address that would be open to others without TLS.
 */
export function createAgentServer(options: AgentServerOptions): AgentServer {
  const { host = "127.0.0.1", logger, metrics, tls, insecure = false, reflection = true } = options;
  requireSafeBinding({ host, secured: tls !== undefined, insecure });
  const limit = options.maxMessageBytes ?? maxMessageBytes;
  const descriptors: DescService[] = [];
  const serving = createServing(options.ready ?? (async () => ({ ready: true, reasons: [] })));
  const server = new grpc.Server({
    "grpc.max_receive_message_length": limit,
    "grpc.max_send_message_length": limit,
    "grpc.keepalive_time_ms": keepaliveMs,
    "grpc.keepalive_timeout_ms": keepaliveTimeoutMs,
    "grpc.keepalive_permit_without_calls": 1,
    // A connection that calls nothing is closed; an agent keeps a stream open all the time.
    "grpc.max_connection_idle_ms": 300_000,
    "grpc.max_concurrent_streams": 100,
    "grpc.enable_channelz": 0,
    interceptors: [createCallInterceptor(createCallRecorder(logger, metrics), descriptors)],
  });
  const services = {
    grpc: server,
    descriptors,
    onUnexpected: (error: unknown) => logger.error({ err: error }, "a call failed unexpectedly"),
  };

  let bound: number | undefined;
  let stopped: Promise<void> | undefined;
  const boundPort = (): number => {
    if (bound === undefined) throw new Error("the agent server has no port before it is started");
    return bound;
  };
  const name = host.includes(":") ? `[${host}]` : host;
  const addBuiltIn = (): void => {
    const names = new Set<string>();
    addGrpcService(services, Health, addGrpcHealth(serving, names));
    if (reflection) {
      const reflect = createReflector([...descriptors, ReflectionV1, ReflectionAlpha]);
      addGrpcService(services, ReflectionV1, grpcReflection(reflect));
      addGrpcService(services, ReflectionAlpha, grpcReflectionAlpha(reflect));
    }
    for (const { typeName } of descriptors) names.add(typeName);
  };
  const stop = async (graceMs: number): Promise<void> => {
    serving.stop();
    // Not forceShutdown: with channelz off it does not know the connections and would leave them open.
    if (bound !== undefined) server.drain(`${name}:${bound}`, graceMs);
    await new Promise<void>((resolve, reject) => {
      server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
    });
  };
  return {
    ...services,
    get port() {
      return boundPort();
    },
    get url() {
      return `${tls === undefined ? "http" : "https"}://${name}:${boundPort()}`;
    },
    async start() {
      addBuiltIn();
      bound = await new Promise<number>((resolve, reject) => {
        server.bindAsync(`${name}:${options.port}`, credentialsOf(tls), (error, port) => {
          if (error === null) resolve(port);
          else reject(listenFailure(error, host, options.port));
        });
      });
      logger.info({ host, port: bound }, "the agent port is open");
    },
    stop(graceMs = 5_000) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

function credentialsOf(tls: AgentServerOptions["tls"]): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const buffer = (pem: string | Buffer): Buffer => Buffer.from(pem);
  const pair = { cert_chain: buffer(tls.cert), private_key: buffer(tls.key) };
  const ca = tls.ca === undefined ? null : buffer(tls.ca);
  return grpc.ServerCredentials.createSsl(ca, [pair], ca !== null);
}
