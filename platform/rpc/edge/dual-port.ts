import * as http2 from "node:http2";
import { firstStreamMs } from "../limits.ts";
import { createSplitPort, type RequestHandler, type ServerTls, type SplitPort } from "./split-port.ts";

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
export interface DualPort extends SplitPort {
  /** Takes no new connections, and none of the old ones for another request. */
  drain(): void;
}

const maxConnections = 10_000;
const http2Options = { settings: { maxConcurrentStreams: 250 }, maxSessionMemory: 32 };

/** Creates a port; nothing is bound yet. */
export function createDualPort(options: DualPortOptions): DualPort {
  const sessions = new Set<http2.Http2Session>();
  const h2 = http2.createServer(http2Options, options.handler);
  watchSessions(h2, sessions, options.firstStreamMs ?? firstStreamMs);
  const port = createSplitPort({
    http1: options.handler,
    http2: (socket) => h2.emit("connection", socket),
    tls: options.tls,
    maxConnections,
    firstBytesMs: options.firstBytesMs,
  });

  const drain = (): void => {
    port.drain();
    // GOAWAY: open streams go on, new ones go elsewhere.
    for (const session of sessions) if (!session.closed) session.close();
  };

  return {
    listen: port.listen,
    drain,
    async close(graceMs) {
      drain();
      const cut = setTimeout(() => {
        for (const session of sessions) session.destroy();
      }, graceMs);
      await port.close(graceMs);
      clearTimeout(cut);
    },
  };
}

/** Keeps the set of HTTP/2 sessions, and drops a client that connects and then calls nothing. */
function watchSessions(server: http2.Http2Server, sessions: Set<http2.Http2Session>, withinMs: number): void {
  server.on("session", (session: http2.ServerHttp2Session) => {
    sessions.add(session);
    const timer = setTimeout(() => session.destroy(), withinMs);
    session.once("stream", () => clearTimeout(timer));
    session.once("close", () => {
      clearTimeout(timer);
      sessions.delete(session);
    });
  });
}
