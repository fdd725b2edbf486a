import type { DescService } from "@bufbuild/protobuf";
import { type ConnectRouter, createContextValues, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Health } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection as ReflectionV1 } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ReflectionAlpha } from "@phoenix/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { ErrorReason, phoenixError, toConnectError } from "../errors/index.ts";
import { type Service, sleep } from "../lifecycle/index.ts";
import type { Logger } from "../logging/index.ts";
import type { Metrics } from "../telemetry/index.ts";
import { createDualPort, guardRequests, isLoopback, type RequestHandler, type ServerTls } from "./edge/index.ts";
import { createServing, healthRoutes, type ReadinessProbe } from "./health/index.ts";
import { peerAddressKey, serveInterceptors } from "./interceptors/index.ts";
import { maxMessageBytes } from "./limits.ts";
import { createPlainRoutes } from "./plain-routes.ts";
import { createReflector, reflectionRoutes } from "./reflection/index.ts";
import { requireSafeBinding } from "./safe-binding.ts";

/** What an API server is made of. */
export interface ApiServerOptions {
  /** Address to bind; default 127.0.0.1. Anything but loopback needs `tls` or `insecure`. */
  host?: string;
  /** Port; 0 for any free one. */
  port: number;
  /** Registers the services. */
  routes: (router: ConnectRouter) => void;
  /** What `routes` registers, for health and reflection. */
  services: readonly DescService[];
  /** Takes a line for each call. */
  logger: Logger;
  /** Counts calls; shown at `/metrics`. */
  metrics: Metrics;
  /** Finds out whether the process can do its work; default: it can. */
  ready?: ReadinessProbe;
  /** Run inside the record of a call and before validation, such as authorization. */
  interceptors?: readonly Interceptor[];
  /** Runs when a request's headers are there, before its body is read. */
  requestGate?: (context: HandlerContext) => void | Promise<void>;
  /** Serves what is no call, such as the web console; default: 404. */
  fallback?: RequestHandler;
  /** Certificate and key. */
  tls?: ServerTls;
  /** Allows an address other than loopback without TLS. */
  insecure?: boolean;
  /** Origins besides the server's own whose pages may call. */
  allowedOrigins?: readonly string[];
  /** Host names a loopback server answers to besides the loopback ones. */
  allowedHosts?: readonly string[];
  /** Answers gRPC reflection; default true. */
  reflection?: boolean;
  /** Largest message either way, in bytes; default 4 MiB. */
  maxMessageBytes?: number;
}

/** A running API server. */
export interface ApiServer extends Service {
  /** Address of the server; only after the start. */
  readonly url: string;
  /** Port it is bound to; only after the start. */
  readonly port: number;
  /**
   * Says NOT_SERVING, takes no new connections, lets unary calls finish, then
   * ends streams with SHUTTING_DOWN, and after `graceMs` (default 5,000) cuts what is left.
   */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Creates the server of the API port: HTTP/1.1 and HTTP/2, Connect, gRPC and
 * gRPC-Web, health, reflection, `/healthz`, `/readyz`, `/metrics`.
 * @throws PhoenixError INVALID_FIELD for an address that would be open to others without TLS.
 */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { host = "127.0.0.1", logger, metrics, insecure = false, reflection = true } = options;
  requireSafeBinding({ host, secured: options.tls !== undefined, insecure });
  const serving = createServing(options.ready ?? (async () => ({ ready: true, reasons: [] })));
  const limit = options.maxMessageBytes ?? maxMessageBytes;
  const builtIn = reflection ? [Health, ReflectionV1, ReflectionAlpha] : [Health];
  const services = [...options.services, ...builtIn];
  const shutdown = new AbortController();
  const unary = new Set<symbol>();

  const countUnary: Interceptor = (next) => async (request) => {
    if (request.stream) return next(request);
    const call = Symbol(request.method.name);
    unary.add(call);
    return next(request).finally(() => unary.delete(call));
  };
  const handler = connectNodeAdapter({
    routes(router) {
      options.routes(router);
      healthRoutes(router, serving, new Set(services.map((service) => service.typeName)));
      if (reflection) reflectionRoutes(router, createReflector(services));
    },
    interceptors: [countUnary, ...serveInterceptors({ logger, metrics, interceptors: options.interceptors ?? [] })],
    readMaxBytes: limit,
    writeMaxBytes: limit,
    shutdownSignal: shutdown.signal,
    contextValues: (request) => createContextValues().set(peerAddressKey, request.socket.remoteAddress ?? ""),
    fallback: createPlainRoutes({ serving, metrics, fallback: options.fallback, logger }),
    ...(options.requestGate === undefined ? {} : { requestGate: convertErrors(options.requestGate) }),
  });
  const onLoopback = isLoopback(host);
  const port = createDualPort({
    tls: options.tls,
    handler: guardRequests(handler, {
      allowedHosts: onLoopback ? (options.allowedHosts ?? "loopback") : options.allowedHosts,
      allowedOrigins: options.allowedOrigins ?? [],
    }),
  });

  let bound: number | undefined;
  let stopped: Promise<void> | undefined;
  const boundPort = (): number => {
    if (bound === undefined) throw new Error("the API server has no port before it is started");
    return bound;
  };
  const stop = async (graceMs: number): Promise<void> => {
    const deadline = performance.now() + graceMs;
    serving.stop();
    if (bound === undefined) return;
    port.drain();
    while (unary.size > 0 && performance.now() < deadline) await sleep(10);
    shutdown.abort(toConnectError(phoenixError(ErrorReason.SHUTTING_DOWN, "the server is shutting down; call again")));
    await port.close(Math.max(0, deadline - performance.now()));
  };
  return {
    get port() {
      return boundPort();
    },
    get url() {
      const name = host.includes(":") ? `[${host}]` : host;
      return `${options.tls === undefined ? "http" : "https"}://${name}:${boundPort()}`;
    },
    async start() {
      bound = await port.listen(host, options.port);
      logger.info({ host, port: bound }, "the API port is open");
    },
    stop(graceMs = 5_000) {
      stopped ??= stop(graceMs);
      return stopped;
    },
  };
}

/** Gates run outside the interceptors, so their house errors are converted here. */
function convertErrors(gate: (context: HandlerContext) => void | Promise<void>) {
  return async (context: HandlerContext): Promise<void> => {
    try {
      await gate(context);
    } catch (error) {
      throw toConnectError(error);
    }
  };
}
