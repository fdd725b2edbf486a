import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy that knows HTTP/1.1 alone, as many in offices and clouds do. */
export type Http1Proxy = {
  /** Host and port. */
  readonly address: string;
  /** What it was asked, as `POST /path` or, by clients that know it for a proxy, `POST http://name/path`. */
  readonly asked: string[];
  /** When set, it answers everything with this status itself. */
  refusing: number | null;
  /** Ends it with every connection. */
  close(): Promise<void>;
};

const hopByHop = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

/** Starts one that passes every request on to the host and port that `target` gives, by HTTP/1.1. */
export async function createHttp1Proxy(target: () => string): Promise<Http1Proxy> {
  // A Node server answers the preface of HTTP/2 with 400 and hangs up.
  const server = createServer((request, response) => {
    proxy.asked.push(`${request.method} ${request.url}`);
    if (proxy.refusing !== null) {
      response.writeHead(proxy.refusing, { "content-type": "text/html" }).end("<h1>refused by the proxy</h1>");
      return;
    }
    const [host, port] = target().split(":");
    const { pathname, search } = new URL(request.url ?? "/", "http://any");
    const onward = sendRequest({
      host,
      port,
      path: pathname + search,
      method: request.method,
      headers: passedOn(request.headers),
    });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      answer.pipe(response);
    });
    onward.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy: Http1Proxy = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    refusing: null,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return proxy;
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
}
