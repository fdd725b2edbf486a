import { cors } from "@connectrpc/connect";
import { type AccessPolicy, decideAccess } from "./access.ts";
import type { RequestHandler } from "./split-port.ts";

const allowedHeaders = [...cors.allowedHeaders, "Authorization", "X-Request-Id"].join(", ");
const exposedHeaders = [...cors.exposedHeaders, "X-Request-Id"].join(", ");

/** Puts the access decision before a handler: refusals are 403, an allowed foreign origin gets its CORS headers. */
export function guardRequests(handler: RequestHandler, policy: AccessPolicy): RequestHandler {
  return (request, response) => {
    const { headers } = request;
    const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
    const access = decideAccess(
      {
        host: one(headers[":authority"]) ?? headers.host,
        origin: headers.origin,
        fetchSite: one(headers["sec-fetch-site"]),
        fetchMode: one(headers["sec-fetch-mode"]),
      },
      policy,
    );
    if (!access.allowed) {
      response.writeHead(403, { "content-type": "text/plain; charset=utf-8" });
      response.end(`refused: ${access.why}\n`);
      return;
    }
    if (access.crossOrigin !== undefined) {
      response.setHeader("Access-Control-Allow-Origin", access.crossOrigin);
      response.setHeader("Access-Control-Expose-Headers", exposedHeaders);
      response.setHeader("Vary", "Origin");
      if (request.method === "OPTIONS") {
        response.writeHead(204, {
          "Access-Control-Allow-Methods": cors.allowedMethods.join(", "),
          "Access-Control-Allow-Headers": allowedHeaders,
          "Access-Control-Max-Age": "7200",
        });
        response.end();
        return;
      }
    }
    handler(request, response);
  };
}
