import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { createPrometheusClient, type PrometheusLimits } from "./prometheus-client.ts";

const empty = JSON.stringify({ status: "success", data: { resultType: "vector", result: [] } });
const authorization = "Bearer s3cret";
const limits: PrometheusLimits = { timeoutMs: 10_000, answerBytes: 10_000, concurrency: 2 };
const never = new AbortController().signal;

describe("asking Prometheus", () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => unknown;
  let origin: string;

  beforeEach(async () => {
    server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const client = (over: Partial<PrometheusLimits> = {}) =>
    createPrometheusClient({ baseUrl: `${origin}/prom`, authorization }, { ...limits, ...over });
  const failure = async (over?: Partial<PrometheusLimits>, signal = never): Promise<string> => {
    const error: unknown = await client(over)
      .query("up{secret_query}", 1000, signal)
      .then(
        () => expect.fail("it answered"),
        (caught: unknown) => caught,
      );
    expect(isPhoenixError(error, ErrorReason.SERVICE_UNAVAILABLE)).to.equal(true);
    const { message } = error as Error;
    expect(message)
      .to.contain(origin)
      .and.not.match(/s3cret|secret_query|\/prom/);
    return message;
  };

  it("sends query, range and time-out as a form, with the credential", async () => {
    const seen: { url: string | undefined; authorization: string | undefined; form: Record<string, string> }[] = [];
    answer = async (request, response) => {
      const form = Object.fromEntries(new URLSearchParams(await text(request)));
      seen.push({ url: request.url, authorization: request.headers.authorization, form });
      response.end(empty);
    };
    await client().query("up", 1500, never);
    await client().queryRange("up", { startMs: 5000, endMs: 15_000, stepMs: 5000 }, never);
    expect(seen).to.deep.equal([
      { url: "/prom/api/v1/query", authorization, form: { query: "up", time: "1.5", timeout: "10000ms" } },
      {
        url: "/prom/api/v1/query_range",
        authorization,
        form: { query: "up", start: "5", end: "15", step: "5", timeout: "10000ms" },
      },
    ]);
  });

  it("follows no redirect, so that the credential goes nowhere else", async () => {
    let calls = 0;
    answer = (_, response) => {
      calls++;
      response.writeHead(307, { location: `${origin}/elsewhere` }).end();
    };
    expect(await failure()).to.match(/redirects, which is not followed/);
    expect(calls).to.equal(1);
  });

  it("stops reading an answer that is too large", async () => {
    let closed: Promise<unknown> | undefined;
    answer = (_, response) => {
      closed = once(response, "close");
      response.write("x".repeat(20_000));
    };
    expect(await failure()).to.match(/more than 10000 bytes/);
    await closed;
  });

  it("gives up on one that does not answer, and when it is told to", async () => {
    answer = () => undefined;
    expect(await failure({ timeoutMs: 50 })).to.match(/did not answer within 0.05 s/);
    expect(await failure({}, AbortSignal.abort())).to.match(/cannot be reached/);
  });

  it("says what the server says", async () => {
    answer = (_, response) => response.writeHead(401).end("no");
    expect(await failure()).to.match(/refuses the credentials \(HTTP 401\)/);
    answer = (_, response) =>
      response.writeHead(422).end(JSON.stringify({ status: "error", error: "too many samples" }));
    expect(await failure()).to.match(/answers HTTP 422: too many samples\./);
    answer = (_, response) => response.writeHead(200).end("<html>");
    expect(await failure()).to.match(/no answer of Prometheus' API/);
  });

  it("says when nobody listens", async () => {
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    expect(await failure()).to.equal(`Prometheus at http://127.0.0.1:${port} cannot be reached (ECONNREFUSED).`);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  });

  it("asks so many things at a time and no more, and all of them in the end", async () => {
    const open: ServerResponse[] = [];
    let most = 0;
    let asked = 0;
    answer = (_, response) => {
      asked++;
      open.push(response);
      most = Math.max(most, open.length);
      // The third is never there before one of the first two was answered.
      if (open.length === 2 || asked === 5) for (const one of open.splice(0)) one.end(empty);
    };
    const one = client();
    await Promise.all(Array.from({ length: 5 }, () => one.query("up", 0, never)));
    expect({ most, asked }).to.deep.equal({ most: 2, asked: 5 });
  });
});
