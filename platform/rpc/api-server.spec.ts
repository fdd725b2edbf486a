import { once } from "node:events";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection as ReflectionV1 } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ReflectionAlpha } from "@phoenix/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { expect } from "chai";
import { ErrorReason, fromConnectError, phoenixError } from "../errors/index.ts";
import { createLogger } from "../logging/index.ts";
import { createMetrics } from "../telemetry/index.ts";
import { type ApiServer, createApiServer, createRemoteTransport, requestIdOf } from "./index.ts";

const failureOf = async (work: Promise<unknown>): Promise<ConnectError> => {
  try {
    await work;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("it was expected to fail");
};

describe("createApiServer", () => {
  const lines: string[] = [];
  const logger = createLogger({
    name: "test",
    level: "debug",
    destination: { write: (line) => void lines.push(line) },
  });
  const metrics = createMetrics({ processMetrics: false });
  const closers: (() => void)[] = [];
  let ready = true;
  let server: ApiServer;
  let grpc: Transport;
  let watchEnded: Promise<void>;
  let finishSlow: () => void;

  beforeEach(async () => {
    ready = true;
    lines.length = 0;
    let onWatchEnd: () => void = () => undefined;
    watchEnded = new Promise((resolve) => {
      onWatchEnd = resolve;
    });
    const slow = new Promise<void>((resolve) => {
      finishSlow = resolve;
    });
    server = createApiServer({
      port: 0,
      logger,
      metrics,
      services: [PipelineService, FleetService],
      allowedOrigins: ["https://console.example.test"],
      ready: async () => ({ ready, reasons: ready ? [] : ["the database is away"] }),
      routes(router) {
        router.service(PipelineService, {
          async listPipelines({ pageToken }) {
            if (pageToken === "slow") await slow;
            return { pipelines: [], nextPageToken: `after ${pageToken}` };
          },
          getPipeline({ name }, context) {
            if (name === "surprise") throw new TypeError("cannot read properties of secret internals");
            throw phoenixError(ErrorReason.PIPELINE_NOT_FOUND, `no pipeline ${name} (${requestIdOf(context)})`);
          },
        });
        router.service(FleetService, {
          async *watchHosts(_request, { signal }) {
            try {
              yield { host: { hostId: "h-1" } };
              if (!signal.aborted) await once(signal, "abort");
              throw signal.reason;
            } finally {
              onWatchEnd();
            }
          },
        });
      },
    });
    await server.start();
    const transport = createRemoteTransport(server.url);
    closers.push(() => transport.close());
    grpc = transport;
  });
  afterEach(async () => {
    finishSlow();
    for (const close of closers.splice(0)) close();
    await server.stop(200);
  });

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });

  for (const protocol of ["grpc", "connect", "connect-http1"] as const) {
    it(`serves a client that speaks ${protocol}`, async () => {
      const transport = createRemoteTransport(server.url, { protocol });
      closers.push(() => transport.close());
      const client = createClient(PipelineService, transport);
      expect((await client.listPipelines({ pageToken: "x" })).nextPageToken).to.equal("after x");
    });
  }

  it("serves a client that speaks gRPC-Web over HTTP/1.1", async () => {
    const transport = createGrpcWebTransport({ baseUrl: server.url, httpVersion: "1.1" });
    const client = createClient(PipelineService, transport);
    expect((await client.listPipelines({ pageToken: "web" })).nextPageToken).to.equal("after web");
  });

  it("serves plain JSON over HTTP/1.1 and gives every answer its request id", async () => {
    const path = "phoenix.pipelines.v1.PipelineService/ListPipelines";
    const response = await post(path, { pageToken: "j" }, { "x-request-id": "my-call" });
    expect(await response.json()).to.deep.equal({ nextPageToken: "after j" });
    expect(response.headers.get("x-request-id")).to.equal("my-call");
    const odd = await post(path, {}, { "x-request-id": "not an id!" });
    expect(odd.headers.get("x-request-id")).to.match(/^[0-9a-f-]{36}$/);
  });

  it("sends a house error with code, reason and message, and the id the handler saw", async () => {
    const client = createClient(PipelineService, grpc);
    const failure = await failureOf(client.getPipeline({ name: "none" }, { headers: { "x-request-id": "r-7" } }));
    expect(fromConnectError(failure)).to.include({ reason: ErrorReason.PIPELINE_NOT_FOUND, code: Code.NotFound });
    expect(failure.rawMessage).to.equal("no pipeline none (r-7)");
    expect(failure.metadata.get("x-request-id")).to.equal("r-7");
  });

  it("keeps a surprise to the log", async () => {
    const client = createClient(PipelineService, grpc);
    const failure = await failureOf(client.getPipeline({ name: "surprise" }, { headers: { "x-request-id": "r-8" } }));
    expect(failure.code).to.equal(Code.Internal);
    expect(failure.rawMessage).to.not.match(/secret internals/);
    const logged = lines.map((line) => JSON.parse(line)).find((line) => line.err !== undefined);
    expect(logged).to.include({ requestId: "r-8", rpc: "phoenix.pipelines.v1.PipelineService/GetPipeline" });
    expect(logged.err.message).to.match(/secret internals/);
  });

  it("refuses a message that breaks a rule of the contract and names the field", async () => {
    const failure = await failureOf(createClient(PipelineService, grpc).getPipeline({ name: "" }));
    expect(fromConnectError(failure)).to.include({ reason: ErrorReason.INVALID_FIELD, code: Code.InvalidArgument });
    expect(failure.rawMessage).to.match(/name/);
  });

  it("refuses a message that is too large", async () => {
    const pageToken = "x".repeat(5 * 1024 * 1024);
    const response = await post("phoenix.pipelines.v1.PipelineService/ListPipelines", { pageToken });
    expect((await response.json()) as object).to.include({ code: "resource_exhausted" });
  });

  it("logs and counts what it served", async () => {
    await createClient(PipelineService, grpc).listPipelines({ pageToken: "counted" });
    const last = JSON.parse(lines.at(-1) ?? "");
    expect(last).to.include({ rpc: "phoenix.pipelines.v1.PipelineService/ListPipelines", code: "ok", msg: "served" });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).to.match(
      /phoenix_rpc_duration_seconds_count\{service="phoenix.pipelines.v1.PipelineService",method="ListPipelines",code="ok"\} \d/,
    );
  });

  it("answers for figures that cannot be read, and logs why", async () => {
    let broken = true;
    metrics.gauge({
      name: "phoenix_test_figure",
      help: "A figure that cannot be read at first.",
      collect() {
        if (broken) throw new Error("the figure is nowhere");
        this.set(7);
      },
    });
    const asked = await fetch(`${server.url}/metrics?all`);
    expect([asked.status, await asked.text()]).to.deep.equal([500, "failed\n"]);
    const last = JSON.parse(lines.at(-1) ?? "");
    expect(last).to.include({ level: "error", path: "/metrics" });
    expect(last.err.message).to.equal("the figure is nowhere");
    broken = false;
    expect(await (await fetch(`${server.url}/metrics`)).text()).to.contain("phoenix_test_figure 7");
  });

  it("tells machines that it lives, and whether it can work", async () => {
    expect((await fetch(`${server.url}/healthz`)).status).to.equal(200);
    expect((await fetch(`${server.url}/readyz`)).status).to.equal(200);
    const health = createClient(Health, grpc);
    expect((await health.check({ service: PipelineService.typeName })).status).to.equal(Status.SERVING);
    ready = false;
    const response = await fetch(`${server.url}/readyz`);
    expect(response.status).to.equal(503);
    expect(await response.text()).to.match(/the database is away/);
    expect((await health.check({})).status).to.equal(Status.NOT_SERVING);
    expect((await failureOf(health.check({ service: "no.such.Service" }))).code).to.equal(Code.NotFound);
  });

  it("tells a watcher of its health at once and when it stops", async () => {
    const seen: Status[] = [];
    for await (const { status } of createClient(Health, grpc).watch({})) {
      seen.push(status);
      if (seen.length === 1) ready = false;
      if (seen.length === 2) break;
    }
    expect(seen).to.deep.equal([Status.SERVING, Status.NOT_SERVING]);
  });

  for (const [version, reflection] of [
    ["v1", ReflectionV1],
    ["v1alpha", ReflectionAlpha],
  ] as const) {
    it(`answers reflection ${version}`, async () => {
      async function* questions() {
        yield { messageRequest: { case: "listServices", value: "" } } as const;
        yield {
          messageRequest: { case: "fileContainingSymbol", value: "phoenix.pipelines.v1.PipelineService" },
        } as const;
        yield { messageRequest: { case: "fileContainingSymbol", value: "no.such.Thing" } } as const;
      }
      const answers = [];
      for await (const answer of createClient(reflection as typeof ReflectionV1, grpc).serverReflectionInfo(
        questions(),
      )) {
        answers.push(answer.messageResponse);
      }
      const [list, file, missing] = answers;
      if (list?.case !== "listServicesResponse") throw new Error("no list");
      expect(list.value.service.map(({ name }) => name)).to.include.members([
        "grpc.health.v1.Health",
        "phoenix.controller.v1.FleetService",
        "phoenix.pipelines.v1.PipelineService",
      ]);
      if (file?.case !== "fileDescriptorResponse") throw new Error("no file");
      expect(file.value.fileDescriptorProto.length).to.be.greaterThan(1);
      expect(missing?.case).to.equal("errorResponse");
    });
  }

  it("keeps other sites' pages and rebound names out, and lets an allowed origin in", async () => {
    const path = "phoenix.pipelines.v1.PipelineService/ListPipelines";
    expect((await post(path, {}, { origin: "https://evil.test" })).status).to.equal(403);
    const allowed = await post(path, {}, { origin: "https://console.example.test" });
    expect(allowed.status).to.equal(200);
    expect(allowed.headers.get("access-control-allow-origin")).to.equal("https://console.example.test");
    const preflight = await fetch(`${server.url}/${path}`, {
      method: "OPTIONS",
      headers: { origin: "https://console.example.test", "access-control-request-method": "POST" },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers.get("access-control-allow-headers")).to.match(/Authorization/);
  });

  it("streams, and ends the handler when the caller leaves", async () => {
    const left = new AbortController();
    const hosts = createClient(FleetService, grpc).watchHosts({}, { signal: left.signal })[Symbol.asyncIterator]();
    expect((await hosts.next()).value.host.hostId).to.equal("h-1");
    left.abort();
    await watchEnded;
  });

  it("stops in order: not ready, unary calls finish, streams are told, nothing is left", async () => {
    const slowCall = createClient(PipelineService, grpc).listPipelines({ pageToken: "slow" });
    const stream = createClient(FleetService, grpc).watchHosts({})[Symbol.asyncIterator]();
    await stream.next();
    const end = failureOf(stream.next());
    const stopped = server.stop(5_000);
    finishSlow();
    expect((await slowCall).nextPageToken).to.equal("after slow");
    expect(fromConnectError(await end)).to.include({ reason: ErrorReason.SHUTTING_DOWN, code: Code.Unavailable });
    await stopped;
    const failure = await fetch(server.url).catch((error: Error) => error.cause as NodeJS.ErrnoException);
    expect((failure as NodeJS.ErrnoException).code).to.equal("ECONNREFUSED");
  });

  it("cuts what does not end within the grace", async () => {
    const slowCall = failureOf(createClient(PipelineService, grpc).listPipelines({ pageToken: "slow" }));
    await failureOf(createClient(PipelineService, grpc).getPipeline({ name: "x" }));
    await server.stop(100);
    expect(await slowCall).to.be.instanceOf(ConnectError);
  });

  it("refuses an address others can reach without a certificate", () => {
    const options = { host: "0.0.0.0", port: 0, logger, metrics, services: [], routes: () => undefined };
    expect(() => createApiServer(options)).to.throw(/can be reached from other machines.*--insecure/);
    expect(() => createApiServer({ ...options, insecure: true })).to.not.throw();
  });
});
