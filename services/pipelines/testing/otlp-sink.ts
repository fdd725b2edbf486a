import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { type Point, readPoints } from "./otlp-metrics.ts";

/** An HTTP server that takes what collectors send, by the first part of the path they send it to. */
export type OtlpSink = {
  /** URL for PHX_TAP_URL; `name` keeps collectors apart. */
  url(name: string): string;
  /** Points that came for a name, one list a request. */
  received(name: string): readonly Point[][];
  /** Resolves once `condition` holds for what came; rejects after `timeoutMs`. */
  until(condition: () => boolean, timeoutMs: number): Promise<void>;
  close(): Promise<void>;
};

/** Starts a sink on loopback, on a free port. It also takes remote writes, unread. */
export async function startOtlpSink(): Promise<OtlpSink> {
  const requests = new Map<string, Point[][]>();
  const arrivals = new EventTarget();
  const server = createServer((request, response) => {
    const take = async (): Promise<void> => {
      const body = await buffer(request);
      const [, name = "", ...rest] = (request.url ?? "").split("/");
      if (rest.join("/") === "v1/metrics") {
        const bytes = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
        requests.set(name, [...(requests.get(name) ?? []), readPoints(bytes)]);
      }
      response.writeHead(200).end();
      arrivals.dispatchEvent(new Event("arrival"));
    };
    // A collector that is ended breaks off what it sends: nobody is left to answer.
    take().catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    received: (name) => requests.get(name) ?? [],
    until: (condition, timeoutMs) =>
      new Promise((resolve, reject) => {
        const check = () => condition() && settle(resolve);
        const timer = setTimeout(
          () => settle(() => reject(new Error(`did not arrive within ${timeoutMs} ms`))),
          timeoutMs,
        );
        const settle = (end: () => void) => {
          clearTimeout(timer);
          arrivals.removeEventListener("arrival", check);
          end();
        };
        arrivals.addEventListener("arrival", check);
        check();
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
