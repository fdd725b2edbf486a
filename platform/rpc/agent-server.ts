import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import * as grpc from "@grpc/grpc-js";
import { Health } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection as ReflectionV1 } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ReflectionAlpha } from "@phoenix/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { ErrorReason, phoenixError, toConnectError } from "../errors/index.ts";
import type { Service } from "../lifecycle/index.ts";
import type { Logger } from "../logging/index.ts";
import type { Metrics } from "../telemetry/index.ts";
import { createSplitPort, guardRequests, type RequestHandler, type ServerTls } from "./edge/index.ts";
import { addGrpcService, createCallInterceptor, type GrpcImplementation, unaryRoutes } from "./grpc/index.ts";
import { addGrpcHealth, createServing, healthRoutes, type ReadinessProbe } from "./health/index.ts";
import { createCallRecorder, serveInterceptors } from "./interceptors/index.ts";
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

/** A server for many long streams. */
export interface AgentServer extends Service {
  /** Adds a service, before the start. gRPC serves all of it, and Connect over HTTP/1.1 its unary methods, by the same implementation. */
  serve<S extends DescService>(desc: S, impl: GrpcImplementation<S>): void;
  /** Port it is bound to; only after the start. */
  readonly port: number;
  /** Address of the server; only after the start. */
  readonly url: string;
  /** Says NOT_SERVING, takes no new calls, waits for open ones, and after `graceMs` (default 5,000) cuts them. */
  stop(graceMs?: number): Promise<void>;
}

/** How long what is cut has to tell its clients, in milliseconds. */
const lastWordsMs = 100;

/**
 * Creates the server of the agent port, with health and reflection. One listener
 * tells the protocols apart: HTTP/2 connections go to grpc-js, which holds idle
 * streams for half the memory, HTTP/1.1 ones to Connect.
 * @throws PhoenixError INVALID_FIELD for an address that would be open to others without TLS.
 */
export function createAgentServer(options: AgentServerOptions): AgentServer {
  const { host = "127.0.0.1", logger, metrics, tls, insecure = false, reflection = true } = options;
  requireSafeBinding({ host, secured: tls !== undefined, insecure });
  const limit = options.maxMessageBytes ?? maxMessageBytes;
  const descriptors: DescService[] = [];
  const routes: ((router: ConnectRouter) => void)[] = [];
  const names = new Set<string>();
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
  // TLS ends at the listener, which has to read what the client wants to speak.
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const shutdown = new AbortController();
  let serveHttp1: RequestHandler | undefined;
  const port = createSplitPort({
    http2: (socket) => injector.injectConnection(socket),
    http1: (request, response) => serveHttp1?.(request, response),
    tls,
  });

  const serve = <S extends DescService>(desc: S, impl: GrpcImplementation<S>): void => {
    const onUnexpected = (error: unknown): void => logger.error({ err: error }, "a call failed unexpectedly");
    addGrpcService({ grpc: server, descriptors, onUnexpected }, desc, impl);
  };
  const addBuiltIn = (): void => {
    serve(Health, addGrpcHealth(serving, names));
    if (reflection) {
      const reflect = createReflector([...descriptors, ReflectionV1, ReflectionAlpha]);
      serve(ReflectionV1, grpcReflection(reflect));
      serve(ReflectionAlpha, grpcReflectionAlpha(reflect));
    }
    for (const { typeName } of descriptors) names.add(typeName);
  };
  const createHttp1Handler = (): RequestHandler => {
    const handler = connectNodeAdapter({
      routes(router) {
        for (const add of routes) add(router);
        healthRoutes(router, serving, names);
      },
      interceptors: serveInterceptors({ logger, metrics }),
      readMaxBytes: limit,
      writeMaxBytes: limit,
      shutdownSignal: shutdown.signal,
      grpc: false,
      grpcWeb: false,
    });
    // A proxy may keep the name it was called by, so any is fine; pages of other sites are not.
    return guardRequests(handler, { allowedHosts: undefined, allowedOrigins: [] });
  };

  let bound: number | undefined;
  let stopped: Promise<void> | undefined;
  const boundPort = (): number => {
    if (bound === undefined) throw new Error("the agent server has no port before it is started");
    return bound;
  };
  const stop = async (graceMs: number): Promise<void> => {
    serving.stop();
    if (bound === undefined) return;
    port.drain();
    // Not forceShutdown: with channelz off it does not know the connections and would leave them open.
    injector.drain(graceMs);
    const late = setTimeout(
      () =>
        shutdown.abort(
          toConnectError(phoenixError(ErrorReason.SHUTTING_DOWN, "the server is shutting down; call again")),
        ),
      graceMs,
    );
    const shut = new Promise<void>((resolve, reject) => {
      server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
    });
    await Promise.all([shut, port.close(graceMs + lastWordsMs)]);
    clearTimeout(late);
  };
  return {
    serve(desc, impl) {
      serve(desc, impl);
      routes.push((router) => unaryRoutes(router, desc, impl));
    },
    get port() {
      return boundPort();
    },
    get url() {
      const name = host.includes(":") ? `[${host}]` : host;
      return `${tls === undefined ? "http" : "https"}://${name}:${boundPort()}`;
    },
    async start() {
      addBuiltIn();
      serveHttp1 = createHttp1Handler();
      bound = await port.listen(host, options.port);
      logger.info({ host, port: bound }, "the agent port is open");
    },
    stop(graceMs = 5_000) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}
