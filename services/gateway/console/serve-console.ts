import { fileURLToPath } from "node:url";
import type { RequestHandler } from "@phoenix/platform/rpc";
import { type ConsoleFile, createConsoleFiles } from "./console-files.ts";

type Request = Parameters<RequestHandler>[0];
type Response = Parameters<RequestHandler>[1];

/** Where a checkout has its console built. */
const built = fileURLToPath(new URL("../../../web/dist", import.meta.url));

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join("; ");

const guards = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
};

const plain = "text/plain; charset=utf-8";
const unbuilt =
  "This server has no web console: nothing is built in its folder web/dist.\n" +
  "Run `npm run setup` in the checkout, which builds it, then load this page again.\n" +
  "The API and the command `phoenix` work without it.\n";

/**
 * Serves the console built in `folder`: its files, and its page for every other
 * path a person may go to, so that a link into the console works. What looks
 * like a call or a file that is not there is 404.
 */
export function serveConsole(folder = built): RequestHandler {
  const read = createConsoleFiles(folder);
  return (request, response) => {
    const path = request.url?.split(/[?#]/, 1)[0] ?? "/";
    if (request.method !== "GET" && request.method !== "HEAD") return say(request, response, 404, nothing);
    const files = read();
    const isPage = path === "/" || path === "/index.html" || isPlace(path, request.headers.accept);
    if (files === undefined)
      return isPage ? say(request, response, 503, unbuilt) : say(request, response, 404, nothing);
    const file = files.get(path) ?? (isPage ? files.get("/index.html") : undefined);
    if (file === undefined) return say(request, response, 404, nothing);
    send(request, response, file);
  };
}

const nothing = "there is nothing here\n";

/** A place in the console: no call (they have a dot in their first part), no file; a name in it may have dots. */
function isPlace(path: string, accept: string | undefined): boolean {
  const [first = ""] = path.slice(1).split("/");
  if (first === "assets" || first.includes(".")) return false;
  return !path.includes(".") || (accept?.includes("text/html") ?? false);
}

function send(request: Request, response: Response, file: ConsoleFile): void {
  const encoding = chooseEncoding(file, String(request.headers["accept-encoding"] ?? ""));
  const body = file[encoding] ?? file.identity;
  const headers = {
    ...guards,
    "content-type": file.type,
    "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
    etag: body.etag,
  };
  const asked = String(request.headers["if-none-match"] ?? "");
  if (asked.split(/\s*,\s*/).includes(body.etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
    "content-length": body.bytes.length,
  });
  if (request.method === "HEAD") response.end();
  else response.end(body.bytes);
}

/** The smallest that the client takes; one it weighs with nothing it does not take. */
function chooseEncoding(file: ConsoleFile, accepted: string): "br" | "gzip" | "identity" {
  const taken = accepted
    .split(",")
    .map((part) => part.trim().split(/\s*;\s*/))
    .filter(([, weight]) => !/^q=0(\.0*)?$/.test(weight ?? ""))
    .map(([name]) => name);
  return (["br", "gzip"] as const).find((name) => file[name] !== undefined && taken.includes(name)) ?? "identity";
}

function say(request: Request, response: Response, status: number, text: string): void {
  response.writeHead(status, { ...guards, "content-type": plain, "cache-control": "no-store" });
  if (request.method === "HEAD") response.end();
  else response.end(text);
}
