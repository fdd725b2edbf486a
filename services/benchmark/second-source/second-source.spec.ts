import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import type { ComparedWindow } from "./choose-windows.ts";
import { createSecondSource } from "./index.ts";

const logger = createLogger({ name: "second-source-spec", level: "fatal" });
const startMs = 1_000_000;

async function* readFails(): AsyncGenerator<ComparedWindow> {
  yield stored;
  throw new Error("no database");
}

const stored: ComparedWindow = {
  hostId: "h1",
  variant: "baseline",
  startMs,
  windowSeconds: 5,
  activeSeries: 100,
  dataPoints: 200,
  metricNames: 2,
  complete: true,
};

describe("the second source", () => {
  let server: Server;
  let queries: string[];
  let names: string[];
  let status: number;
  let nowMs: number;

  beforeEach(async () => {
    queries = [];
    names = ["a", "b"];
    status = 200;
    nowMs = startMs + 60_000;
    server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  /** A Prometheus that has exactly what the tap has. */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URLSearchParams(await text(request)).get("query") ?? "";
    queries.push(query);
    const at = (startMs + 5000) / 1000;
    const counted = (value: string) => [{ metric: { host_id: "h1" }, values: [[at, value]] }];
    const result = query.startsWith("count by (__name__)")
      ? names.map((name) => ({ metric: { __name__: name }, value: [at, "1"] }))
      : counted(query.includes("count_over_time") ? "200" : query.includes("__name__") ? "2" : "100");
    response.writeHead(status).end(JSON.stringify({ status: "success", data: { result } }));
  }

  const create = () => {
    const { port } = server.address() as AddressInfo;
    return createSecondSource(
      { baseUrl: `http://127.0.0.1:${port}`, authorization: undefined },
      { clock: () => nowMs, logger },
    );
  };
  async function* read(): AsyncGenerator<ComparedWindow> {
    yield stored;
  }

  it("compares series, points and names, each with the query that was asked", async () => {
    const { comparisons, detail } = await create().compare("e1", "", read);
    expect(detail).to.equal("");
    expect(comparisons.map(({ field, tap, second, agrees }) => ({ field, tap, second, agrees }))).to.deep.equal([
      { field: "activeSeries", tap: 100, second: 100, agrees: true },
      { field: "dataPoints", tap: 40, second: 40, agrees: true },
      { field: "metricNames", tap: 2, second: 2, agrees: true },
    ]);
    for (const { query } of comparisons) expect(queries).to.include(query);
  });

  it("gives an answer of the last seconds again, of each question its own", async () => {
    const source = create();
    const both = await Promise.all([source.compare("e1", "", read), source.compare("e1", "", read)]);
    expect(both[0]).to.equal(both[1]);
    expect(queries).to.have.length(4);
    await source.compare("e1", "later", read);
    expect(queries).to.have.length(8);
    nowMs += 10_000;
    await source.compare("e1", "", read);
    expect(queries).to.have.length(12);
  });

  it("says what is wrong with the server instead of failing", async () => {
    status = 503;
    const { comparisons, detail } = await create().compare("e1", "", read);
    expect(comparisons).to.deep.equal([]);
    expect(detail).to.match(/answers HTTP 503/);
  });

  it("asks nothing while there is nothing to compare", async () => {
    nowMs = startMs + 6000;
    const { comparisons, detail } = await create().compare("e1", "", read);
    expect(comparisons).to.deep.equal([]);
    expect(detail).to.match(/no complete window/);
    expect(queries).to.deep.equal([]);
  });

  it("leaves points out where they are of too many names, and says so", async () => {
    names = Array.from({ length: 2000 }, (_, index) => `metric_${index}`);
    const { comparisons, detail } = await create().compare("e1", "", read);
    expect(comparisons.map(({ field }) => field)).to.deep.equal(["activeSeries", "metricNames"]);
    expect(detail).to.match(/2000 metric names on 1 hosts make too long a query/);
  });

  it("throws what reading the windows throws, and asks again the next time", async () => {
    const source = create();
    const broken = await source
      .compare("e1", "", () => readFails())
      .then(
        () => "answered",
        (error: unknown) => String(error),
      );
    expect(broken).to.equal("Error: no database");
    expect((await source.compare("e1", "", read)).comparisons).to.have.length(3);
  });
});
