import * as http from "node:http";
import * as https from "node:https";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { maxMessageBytes } from "./limits.ts";

/** A transport to another process; close it so that its connection does not keep this one alive. */
export interface RemoteTransport extends Transport {
  /** Ends the connection and every call on it. */
  close(): void;
}

/** How a server is reached by HTTP/1.1. */
export interface Http1TransportOptions {
  /** Run for every call. */
  interceptors?: readonly Interceptor[];
  /** Certificates, in PEM, that an https server's is checked against, instead of the system's. */
  ca?: string | Buffer | undefined;
  /** Environment whose HTTP_PROXY, HTTPS_PROXY and NO_PROXY are followed; default: none. */
  proxyEnv?: NodeJS.ProcessEnv | undefined;
}

/** Proxies close quiet connections as they like, many after 5 s; an older one is not used again. */
const quietMs = 4_000;

/**
 * A transport by Connect over HTTP/1.1, which passes proxies that know nothing
 * else; it carries no bidirectional streams. Connects when called.
 */
export function createHttp1Transport(url: string, options: Http1TransportOptions = {}): RemoteTransport {
  const { interceptors = [], ca, proxyEnv } = options;
  const { Agent } = url.startsWith("https:") ? https : http;
  const agent = new Agent({ keepAlive: true, timeout: quietMs, ...(proxyEnv === undefined ? {} : { proxyEnv }) });
  const transport = createConnectTransport({
    baseUrl: url.replace(/\/+$/, ""),
    httpVersion: "1.1",
    interceptors: [...interceptors],
    readMaxBytes: maxMessageBytes,
    writeMaxBytes: maxMessageBytes,
    nodeOptions: { agent, ...(ca === undefined ? {} : { ca }) },
  });
  return { ...transport, close: () => agent.destroy() };
}
