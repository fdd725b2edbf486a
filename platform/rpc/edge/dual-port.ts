import { EventEmitter, once } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import type { connectNodeAdapter } from "@connectrpc/connect-node";
import { firstBytesMs, firstStreamMs } from "../limits.ts";
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

/** What a port is made of; the times are for tests to shorten. */
export interface DualPortOptions {
  /** Serves every request. */
  handler: RequestHandler;
  /** With it HTTP/2 is agreed on by ALPN, without it by the client's first bytes. */
  tls?: ServerTls | undefined;
  /** See limits. */
  firstBytesMs?: number;
  /** See limits. */
  firstStreamMs?: number;
}

/** One TCP port that speaks HTTP/1.1 and HTTP/2. */
export interface DualPort {
  /** Binds; gives the port. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new connections, and none of the old ones for another request. */
  drain(): void;
  /** Waits for open requests, at most `graceMs`, then cuts. Nothing is open afterwards. */
  close(graceMs: number): Promise<void>;
}

/** What an HTTP/2 client with prior knowledge says first. Source: RFC 9113, section 3.4. */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const maxConnections = 10_000;
const http1Options = { headersTimeout: 15_000, keepAliveTimeout: 65_000, shouldUpgradeCallback: () => false };
const http2Options = { settings: { maxConcurrentStreams: 250 }, maxSessionMemory: 32 };

/** Creates a port; nothing is bound yet. */
export function createDualPort(options: DualPortOptions): DualPort {
  const sessions = new Set<http2.Http2Session>();
  const sockets = new Set<Socket>();
  const { server, closeIdle } = options.tls ? createSecure(options, options.tls) : createCleartext(options, sessions);
  if (options.tls) watchSessions(server, sessions, options);
  server.maxConnections = maxConnections;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  let closing: Promise<unknown> | undefined;

  const drain = (): void => {
    if (closing !== undefined || !server.listening) return;
    closing = once(server, "close");
    server.close();
    // GOAWAY: open streams go on, new ones go elsewhere.
    for (const session of sessions) session.close();
    closeIdle();
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
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      await closing;
      clearTimeout(cut);
    },
  };
}

function createSecure({ handler }: DualPortOptions, tls: ServerTls) {
  const server = http2.createSecureServer(
    { ...http2Options, ...tls, allowHTTP1: true, handshakeTimeout: 10_000 },
    handler,
  );
  return { server: server as Server, closeIdle: () => undefined };
}

function createCleartext(options: DualPortOptions, sessions: Set<http2.Http2Session>) {
  const h1 = http.createServer(http1Options, options.handler);
  const h2 = http2.createServer(http2Options, options.handler);
  watchSessions(h2, sessions, options);
  const [serveHttp1] = h1.listeners("connection") as ((socket: Socket) => void)[];
  h1.removeAllListeners("connection");
  h1.on("connection", (socket: Socket) => {
    const undecided = peek(socket, options.firstBytesMs ?? firstBytesMs);
    undecided.once("http1", () => serveHttp1?.call(h1, socket));
    undecided.once("http2", () => h2.emit("connection", socket));
  });
  return { server: h1 as Server, closeIdle: () => h1.closeIdleConnections() };
}

/** Looks at a connection's first bytes and puts them back; one that says nothing in time is dropped. */
function peek(socket: Socket, withinMs: number): EventEmitter<{ http1: []; http2: [] }> {
  const decided = new EventEmitter<{ http1: []; http2: [] }>();
  let seen = Buffer.alloc(0);
  const drop = (): void => void socket.destroy();
  const timer = setTimeout(drop, withinMs);
  const finish = (): void => {
    clearTimeout(timer);
    socket.off("readable", onReadable).off("error", drop).off("end", drop).off("close", finish);
  };
  const onReadable = (): void => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) seen = Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, preface.length);
    const matches = preface.compare(seen, 0, length, 0, length) === 0;
    if (matches && length < preface.length) return;
    finish();
    socket.unshift(seen);
    decided.emit(matches ? "http2" : "http1");
  };
  socket.on("readable", onReadable).on("error", drop).on("end", drop).on("close", finish);
  return decided;
}

/** Keeps the set of HTTP/2 sessions, and drops a client that connects and then calls nothing. */
function watchSessions(server: EventEmitter, sessions: Set<http2.Http2Session>, options: DualPortOptions): void {
  server.on("session", (session: http2.ServerHttp2Session) => {
    sessions.add(session);
    const timer = setTimeout(() => session.destroy(), options.firstStreamMs ?? firstStreamMs);
    session.once("stream", () => clearTimeout(timer));
    session.once("close", () => {
      clearTimeout(timer);
      sessions.delete(session);
    });
  });
}
