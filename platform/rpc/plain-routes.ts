import type { Logger } from "../logging/index.ts";
import type { Metrics } from "../telemetry/index.ts";
import type { RequestHandler } from "./edge/index.ts";
import type { Serving } from "./health/index.ts";

type Response = Parameters<RequestHandler>[1];

/** What the plain routes show. */
export interface PlainRoutesOptions {
  /** For `/readyz`. */
  serving: Serving;
  /** For `/metrics`. */
  metrics: Metrics;
  /** Serves every other path. */
  fallback: RequestHandler | undefined;
  /** Hears why a route could not be answered; whoever asked is told no more than that. */
  logger: Logger;
}

/** Serves `/healthz` (the process answers), `/readyz` (it can do its work) and `/metrics`. */
export function createPlainRoutes({ serving, metrics, fallback, logger }: PlainRoutesOptions): RequestHandler {
  const routes: Record<string, (response: Response) => Promise<void>> = {
    "/healthz": async (response) => answer(response, 200, "text/plain; charset=utf-8", "ok\n"),
    "/readyz": async (response) => {
      const { ready, reasons } = await serving.check();
      const text = ready ? "ready\n" : `not ready: ${reasons.join("; ")}\n`;
      answer(response, ready ? 200 : 503, "text/plain; charset=utf-8", text);
    },
    "/metrics": async (response) => answer(response, 200, metrics.contentType, await metrics.text()),
  };
  return (request, response) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    const route = routes[path];
    if (route !== undefined && (request.method === "GET" || request.method === "HEAD")) {
      // A metric that cannot be collected is no reason to drop the connection without an answer.
      route(response).catch((error: unknown) => {
        logger.error({ err: error, path }, "a plain route could not be answered");
        answer(response, 500, "text/plain; charset=utf-8", "failed\n");
      });
      return;
    }
    if (fallback !== undefined) return fallback(request, response);
    answer(response, 404, "text/plain; charset=utf-8", "there is nothing here\n");
  };
}

function answer(response: Response, status: number, type: string, text: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(text);
}
