import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { connectNodeAdapter } from "@connectrpc/connect-node";
import { firstBytesMs } from "../limits.ts";
import { listenFailure } from "./listen-failure.ts";

/** Certificate and key in PEM. */
export interface ServerTls {
  /** Certificate, with its chain. */
  cert: string | Buffer;
  /** Private key. */
  key: string | Buffer;
}

/** Handles a request of either protocol. */
export type RequestHandler = ReturnType<typeof connectNodeAdapter>;

/** What a split port is made of. */
export interface SplitPortOptions {
  /** Serves the requests of HTTP/1.1. */
  http1: RequestHandler;
  /** Takes the connection of a client that speaks HTTP/2; nothing of it has been read. */
  http2(socket: Socket): void;
  /** With it HTTP/2 is agreed on by ALPN, without it by the client's first bytes; with `ca`, clients must show a certificate it signed. */
  tls?: (ServerTls & { ca?: string | Buffer }) | undefined;
  /** Most connections at a time; default: as many as the system gives. */
  maxConnections?: number;
  /** See limits; for tests to shorten. */
  firstBytesMs?: number | undefined;
}

/** One TCP port whose connections are sorted by the protocol they speak. */
export interface SplitPort {
  /** Binds; gives the port. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new connections, and none of HTTP/1.1 for another request. Those of HTTP/2 belong to who took them. */
  drain(): void;
  /** Waits until every connection is gone, at most `graceMs`, then cuts. Nothing is open afterwards. */
  close(graceMs: number): Promise<void>;
}

/** What an HTTP/2 client with prior knowledge says first. Source: RFC 9113, section 3.4. */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const http1Options = { headersTimeout: 15_000, keepAliveTimeout: 65_000, shouldUpgradeCallback: () => false };

/** Creates a port; nothing is bound yet. */
export function createSplitPort(options: SplitPortOptions): SplitPort {
  const sockets = new Set<Socket>();
  const undecided = new Set<Socket>();
  let closing: Promise<unknown> | undefined;

  const serveHttp1: RequestHandler = (request, response) => {
    response.once("close", () => {
      // The connection is idle in the next turn only.
      if (closing !== undefined) setImmediate(() => server.closeIdleConnections());
    });
    options.http1(request, response);
  };
  const takeHttp2 = (socket: Socket): void => {
    // An HTTP/1.1 server lets its sockets stay half open; an HTTP/2 session on one would outlive its client for ever.
    socket.allowHalfOpen = false;
    if (closing === undefined) options.http2(socket);
    else socket.destroy();
  };
  const server = options.tls
    ? createSecure(options.tls, serveHttp1, takeHttp2)
    : createCleartext(undecided, options.firstBytesMs ?? firstBytesMs, serveHttp1, takeHttp2);

  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  // One function for all sockets: there may be tens of thousands.
  function forget(this: Socket): void {
    sockets.delete(this);
  }
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", forget);
  });

  const drain = (): void => {
    if (closing !== undefined || !server.listening) return;
    closing = once(server, "close");
    server.close();
    server.closeIdleConnections();
    for (const socket of undecided) socket.destroy();
  };

  return {
    async listen(host, port) {
      server.listen(port, host);
      await once(server, "listening").catch((error: unknown) => {
        throw listenFailure(error, host, port);
      });
      return (server.address() as AddressInfo).port;
    },
    drain,
    async close(graceMs) {
      drain();
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closing;
      clearTimeout(cut);
    },
  };
}

type Listener<S extends Socket> = (socket: S) => void;

function createSecure(
  { cert, key, ca }: NonNullable<SplitPortOptions["tls"]>,
  handler: RequestHandler,
  takeHttp2: Listener<TLSSocket>,
): https.Server {
  const identity = { cert, key, ...(ca === undefined ? {} : { ca, requestCert: true }) };
  const agreement = { ALPNProtocols: ["h2", "http/1.1"], handshakeTimeout: 10_000 };
  const server = https.createServer({ ...http1Options, ...agreement, ...identity }, handler);
  const serveHttp1 = takeOver<TLSSocket>(server, "secureConnection");
  server.on("secureConnection", (socket) => (socket.alpnProtocol === "h2" ? takeHttp2(socket) : serveHttp1(socket)));
  return server;
}

function createCleartext(
  undecided: Set<Socket>,
  withinMs: number,
  handler: RequestHandler,
  takeHttp2: Listener<Socket>,
): http.Server {
  const server = http.createServer(http1Options, handler);
  const serveHttp1 = takeOver<Socket>(server, "connection");
  server.on("connection", (socket: Socket) => {
    undecided.add(socket);
    peek(socket, withinMs, (protocol) => {
      undecided.delete(socket);
      if (protocol === "http1") serveHttp1(socket);
      else if (protocol === "http2") takeHttp2(socket);
    });
  });
  return server;
}

/** Takes away the listener by which a server of Node's serves HTTP/1.1 on a connection. */
function takeOver<S extends Socket>(server: Server, event: string): Listener<S> {
  const [serve] = server.listeners(event) as Listener<S>[];
  if (serve === undefined) throw new Error(`this version of Node does not serve HTTP/1.1 by "${event}"`);
  server.removeAllListeners(event);
  return (socket) => serve.call(server, socket);
}

/** Looks at a connection's first bytes and puts them back; one that says nothing in time is dropped. */
function peek(socket: Socket, withinMs: number, decided: (protocol: "http1" | "http2" | null) => void): void {
  let seen = Buffer.alloc(0);
  const drop = (): void => void socket.destroy();
  const timer = setTimeout(drop, withinMs);
  const finish = (): void => {
    clearTimeout(timer);
    socket.off("readable", onReadable).off("error", drop).off("end", drop).off("close", gone);
  };
  const gone = (): void => {
    finish();
    decided(null);
  };
  const onReadable = (): void => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) seen = Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, preface.length);
    const matches = preface.compare(seen, 0, length, 0, length) === 0;
    if (matches && length < preface.length) return;
    finish();
    socket.unshift(seen);
    decided(matches ? "http2" : "http1");
  };
  socket.on("readable", onReadable).on("error", drop).on("end", drop).on("close", gone);
}
