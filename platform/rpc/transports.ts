import type { DescService } from "@bufbuild/protobuf";
import {
  type Client,
  type ConnectRouter,
  createClient,
  createRouterTransport,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { createLogger } from "../logging/index.ts";
import { createMetrics } from "../telemetry/index.ts";
import { createHttp1Transport, type RemoteTransport } from "./http1-transport.ts";
import { type ServeOptions, serveInterceptors } from "./interceptors/index.ts";
import { keepaliveMs, keepaliveTimeoutMs, maxMessageBytes } from "./limits.ts";

/** How a remote service is reached. */
export interface RemoteTransportOptions {
  /** Default `grpc`, over HTTP/2. `connect-http1` passes proxies that know HTTP/1.1 alone; no bidirectional streams. */
  protocol?: "grpc" | "connect" | "connect-http1";
  /** Run for every call, such as one that adds a credential. */
  interceptors?: readonly Interceptor[];
  /** Certificates, in PEM, that an https server's is checked against, instead of the system's. */
  ca?: string | Buffer;
}

/**
 * A transport to services in this process. Messages are encoded and validated
 * and errors converted as on the wire, so a service cannot tell the difference.
 * Give it the process's logger and metrics; without them it makes its own.
 */
export function createInProcessTransport(
  routes: (router: ConnectRouter) => void,
  options: Partial<ServeOptions> = {},
): Transport {
  const { logger = createLogger({ name: "in-process" }), metrics = createMetrics({ processMetrics: false }) } = options;

  const limits = { readMaxBytes: maxMessageBytes, writeMaxBytes: maxMessageBytes };
  return createRouterTransport(routes, {
    router: { ...limits, interceptors: serveInterceptors({ ...options, logger, metrics }) },
    transport: limits,
  });
}

/** A transport to a server at `url` (http: HTTP/2 with prior knowledge; https). Connects with the first call, and again when needed. */
export function createRemoteTransport(url: string, options: RemoteTransportOptions = {}): RemoteTransport {
  const { protocol = "grpc", interceptors = [], ca } = options;
  if (protocol === "connect-http1") return createHttp1Transport(url, { interceptors, ca });
  const baseUrl = url.replace(/\/+$/, "");
  const common = {
    baseUrl,
    interceptors: [...interceptors],
    readMaxBytes: maxMessageBytes,
    writeMaxBytes: maxMessageBytes,
  };
  const nodeOptions = ca === undefined ? {} : { ca };
  const sessionManager = new Http2SessionManager(
    baseUrl,
    { pingIntervalMs: keepaliveMs, pingTimeoutMs: keepaliveTimeoutMs },
    nodeOptions,
  );
  const transport =
    protocol === "grpc"
      ? createGrpcTransport({ ...common, sessionManager })
      : createConnectTransport({ ...common, httpVersion: "2", sessionManager });
  return { ...transport, close: () => sessionManager.abort() };
}

/** One generated client for each service, under the same keys. */
export function createClients<S extends Record<string, DescService>>(
  transport: Transport,
  services: S,
): { [K in keyof S]: Client<S[K]> } {
  const clients = Object.entries(services).map(([name, service]) => [name, createClient(service, transport)]);
  return Object.fromEntries(clients) as { [K in keyof S]: Client<S[K]> };
}
