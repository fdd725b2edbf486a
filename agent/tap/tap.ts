import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { createBodyScratch } from "./body-scratch.ts";
import { createNameMatcher, type NameMatcher } from "./name-matcher.ts";
import { readRequestBody } from "./request-body.ts";
import type { TapWindow } from "./tap-window.ts";
import { createWindowLedger, type WindowLedger } from "./window-ledger.ts";
import { WireError } from "./wire-error.ts";

/** What a tap needs. */
export interface TapOptions {
  readonly logger: Logger;
  /** Address to listen on; loopback, because whoever knows the token can add to the counts. Default 127.0.0.1. */
  readonly host?: string;
  /** Port to listen on; default 0, a free one. */
  readonly port?: number;
  /** Largest body, compressed or not. Default 64 MiB: one scrape of 2,000 processes is 2.8 MB in one request. */
  readonly maxBodyBytes?: number;
  /** The wall clock, in milliseconds since the Unix epoch. Default Date.now. */
  readonly now?: () => number;
}

/** Whom to listen for. */
export interface TapArmOptions {
  /** Name of the collector, for the log. */
  readonly collectorId: string;
  /** Path segment to deliver to, 43 characters of base64url; the one from before a restart. Default: a new random one. */
  readonly token?: string;
  /** Length of a window; windows start at its multiples since the Unix epoch. */
  readonly windowMs: number;
  /** Process names to record, as compiled by `compileExpression`. */
  readonly mustKeep: readonly RegExp[];
  /** Gets every window shortly after it ended. What it throws is logged and goes no further. */
  readonly onWindow: (window: TapWindow) => void;
}

/** One collector's way into the tap. */
export interface TapArm {
  /** Random path segment that names the collector. */
  readonly token: string;
  /** What the collector's exporter is given as its endpoint; it appends /v1/metrics. */
  readonly url: string;
  /** Takes nothing more from this collector; the window that has not ended is dropped. */
  close(): void;
}

/** Receives what collectors would send, and counts it. */
export interface Tap extends Service {
  /** The port listened on. Throws before `start`. */
  readonly port: number;
  /** Begins to listen for one collector. Throws before `start`. */
  open(arm: TapArmOptions): TapArm;
  /** Closes every window whose end `nowMs` is past. The running tap does this by itself. */
  roll(nowMs: number): void;
}

interface OpenArm {
  readonly collectorId: string;
  readonly ledger: WindowLedger;
  readonly matcher: NameMatcher;
  /** End of the window in which a refusal was last logged; one line a window is enough. */
  refusalLoggedUntilMs: number;
}

/** A window is closed this long after its end, so that what is on its way can be read first. */
const ROLL_DELAY_MS = 250;
/** Longest wait between two looks at the clock, so that a jump is noticed. */
const LONGEST_WAIT_MS = 1_000;
/** Above the longest scrape interval, one hour: a sender with retry switched off loses what it writes to a closed connection. */
const KEEP_ALIVE_MS = 2 * 3_600_000;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const PATH = /^\/([A-Za-z0-9_-]{43})\/v1\/metrics$/;

/** Makes a tap: an OTLP/HTTP metrics receiver (protobuf only) that keeps windows, not data. */
export function createTap(options: TapOptions): Tap {
  const { logger, host = "127.0.0.1", maxBodyBytes = 64 * 1024 * 1024, now = Date.now } = options;
  const arms = new Map<string, OpenArm>();
  const scratch = createBodyScratch();
  let timer: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;

  const server = createServer((request, response) => {
    receive(request, response).catch((error: unknown) => {
      logger.error({ err: error }, "The tap failed on a request; it is answered with 500 and not counted.");
      answer(response, 500, "The tap failed; the agent's log says why.");
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.maxConnections = 256;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arm = arms.get(PATH.exec(request.url ?? "")?.[1] ?? "");
    if (arm === undefined) return answer(response, 404, "No collector is tapped under this path.");
    if (request.method !== "POST") return refuse(arm, response, 405, "Metrics are sent with POST.");
    const type = (request.headers["content-type"] ?? "").split(";")[0]!.trim().toLowerCase();
    if (type !== "application/x-protobuf") {
      return refuse(
        arm,
        response,
        415,
        "Only application/x-protobuf is read here; set the exporter's encoding to proto.",
      );
    }
    let read: Awaited<ReturnType<typeof readRequestBody>>;
    try {
      read = await readRequestBody(request, maxBodyBytes);
    } catch {
      // The connection broke while the body came: nobody is left to answer, and nothing was counted.
      return refuse(arm, response, 400, "The connection broke before the body was whole.");
    }
    if ("status" in read) return refuse(arm, response, read.status, read.words);
    try {
      const content = scratch.read(read.body, arm.matcher);
      arm.ledger.commit(content, now());
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return refuse(arm, response, 400, `The body is not an OTLP metrics request. ${error.message}`);
    }
    // An empty ExportMetricsServiceResponse is zero bytes long.
    response.writeHead(200, { "content-type": "application/x-protobuf", "content-length": 0 }).end();
  }

  function refuse(arm: OpenArm, response: ServerResponse, status: number, words: string): void {
    const nowMs = now();
    arm.ledger.reject(nowMs);
    if (nowMs >= arm.refusalLoggedUntilMs) {
      arm.refusalLoggedUntilMs = arm.ledger.endMs;
      logger.warn({ collectorId: arm.collectorId, status }, `The tap refused a request: ${words}`);
    }
    answer(response, status, words);
  }

  function roll(nowMs: number): void {
    for (const arm of arms.values()) arm.ledger.roll(nowMs);
  }

  function schedule(): void {
    const nowMs = now();
    let waitMs = LONGEST_WAIT_MS;
    for (const arm of arms.values()) waitMs = Math.min(waitMs, arm.ledger.endMs + ROLL_DELAY_MS - nowMs);
    timer = setTimeout(
      () => {
        const firedMs = now();
        for (const arm of arms.values()) {
          if (firedMs >= arm.ledger.endMs + ROLL_DELAY_MS || firedMs < nowMs) arm.ledger.roll(firedMs);
        }
        schedule();
      },
      Math.max(waitMs, 10),
    );
  }

  function listeningPort(): number {
    const address = server.address() as AddressInfo | null;
    if (address === null) throw new Error("The tap is not listening: start() it before its port is needed.");
    return address.port;
  }

  return {
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(options.port ?? 0, host, () => {
          server.off("error", reject);
          resolve();
        });
      });
      schedule();
    },
    stop() {
      stopping ??= (async () => {
        clearTimeout(timer);
        arms.clear();
        if (!server.listening) return;
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        await closed;
      })();
      return stopping;
    },
    get port() {
      return listeningPort();
    },
    open({ collectorId, token = randomBytes(32).toString("base64url"), windowMs, mustKeep, onWindow }) {
      if (!TOKEN.test(token)) throw new Error("A tap's token is 43 characters of base64url; leave it out to get one.");
      const address = host.includes(":") ? `[${host}]` : host;
      const url = `http://${address}:${listeningPort()}/${token}`;
      const ledger = createWindowLedger({
        windowMs,
        nowMs: now(),
        onWindow: (window) => {
          try {
            onWindow(window);
          } catch (error) {
            logger.error({ err: error, collectorId }, "A window could not be handed over and is lost.");
          }
        },
      });
      arms.set(token, { collectorId, ledger, matcher: createNameMatcher(mustKeep), refusalLoggedUntilMs: 0 });
      clearTimeout(timer);
      schedule();
      return {
        token,
        url,
        close() {
          // Closed before, or the token was opened again meanwhile.
          if (arms.get(token)?.ledger !== ledger) return;
          arms.delete(token);
          ledger.roll(now());
        },
      };
    },
    roll,
  };
}

/** Answers with a refusal and ends the connection, whose body may be half read. */
function answer(response: ServerResponse, status: number, words: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${words}\n`);
}
