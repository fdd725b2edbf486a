import { once } from "node:events";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { FleetService } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { expect } from "chai";
import { ErrorReason, fromConnectError, phoenixError } from "../errors/index.ts";
import { createLogger } from "../logging/index.ts";
import { createMetrics } from "../telemetry/index.ts";
import {
  type ApiServer,
  createApiServer,
  createClients,
  createInProcessTransport,
  createRemoteTransport,
  forwardService,
} from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });
const serve = { logger, metrics: createMetrics({ processMetrics: false }) };

const failureOf = async (work: Promise<unknown>): Promise<ConnectError> => {
  try {
    await work;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("it was expected to fail");
};

/** The service behind; it shows what reached it. */
const createBackend = () => {
  const seen: {
    authorization: string | null;
    requestId: string | null;
    cookie: string | null;
    timeoutMs: number | undefined;
  }[] = [];
  let onEnd: () => void = () => undefined;
  const watchEnded = new Promise<void>((resolve) => {
    onEnd = resolve;
  });
  const transport = createInProcessTransport((router) => {
    router.service(PipelineService, {
      listPipelines({ pageToken }, context) {
        const { requestHeader: header } = context;
        seen.push({
          authorization: header.get("authorization"),
          requestId: header.get("x-request-id"),
          cookie: header.get("cookie"),
          timeoutMs: context.timeoutMs(),
        });
        return { nextPageToken: `after ${pageToken}` };
      },
      getPipeline({ name }) {
        throw phoenixError(ErrorReason.PIPELINE_NOT_FOUND, `no pipeline ${name}`, { metadata: { pipeline: name } });
      },
    });
    router.service(FleetService, {
      async *watchHosts(_request, { signal }) {
        try {
          for (const hostId of ["h-1", "h-2"]) yield { host: { hostId } };
          if (!signal.aborted) await once(signal, "abort");
        } finally {
          onEnd();
        }
      },
    });
  }, serve);
  return { transport, seen, watchEnded };
};

describe("forwardService", () => {
  let backend: ReturnType<typeof createBackend>;
  let front: ApiServer;
  let transport: ReturnType<typeof createRemoteTransport>;
  const startFront = async (to: Transport): Promise<void> => {
    front = createApiServer({
      ...serve,
      port: 0,
      services: [PipelineService, FleetService],
      routes(router) {
        forwardService(router, PipelineService, to);
        forwardService(router, FleetService, to);
      },
    });
    await front.start();
    transport = createRemoteTransport(front.url);
  };
  beforeEach(async () => {
    backend = createBackend();
    await startFront(backend.transport);
  });
  afterEach(async () => {
    transport.close();
    await front.stop(200);
  });

  const clients = () => createClients(transport, { pipelines: PipelineService, fleet: FleetService });

  it("passes the message, the deadline and the two headers, and no other", async () => {
    const headers = { authorization: "Bearer t", "x-request-id": "r-1", cookie: "c=1" };
    const answer = await clients().pipelines.listPipelines({ pageToken: "p" }, { headers, timeoutMs: 10_000 });
    expect(answer.nextPageToken).to.equal("after p");
    const [seen] = backend.seen;
    expect(seen).to.include({ authorization: "Bearer t", requestId: "r-1", cookie: null });
    expect(seen?.timeoutMs).to.be.within(1, 10_000);
  });

  it("passes errors back as they were", async () => {
    const failure = fromConnectError(await failureOf(clients().pipelines.getPipeline({ name: "x" })));
    expect(failure).to.include({
      reason: ErrorReason.PIPELINE_NOT_FOUND,
      code: Code.NotFound,
      message: "no pipeline x",
    });
    expect(failure.metadata).to.deep.equal({ pipeline: "x" });
  });

  it("passes a stream and its cancellation", async () => {
    const left = new AbortController();
    const hosts = clients().fleet.watchHosts({}, { signal: left.signal })[Symbol.asyncIterator]();
    expect((await hosts.next()).value.host.hostId).to.equal("h-1");
    expect((await hosts.next()).value.host.hostId).to.equal("h-2");
    left.abort();
    await backend.watchEnded;
  });

  it("says that a service is away without saying where it was looked for", async () => {
    const gone = front.url;
    transport.close();
    await front.stop(0);
    const dead = createRemoteTransport(gone);
    await startFront(dead);
    const failure = await failureOf(clients().pipelines.listPipelines({}));
    expect(fromConnectError(failure)).to.include({ reason: ErrorReason.SERVICE_UNAVAILABLE, code: Code.Unavailable });
    expect(failure.rawMessage)
      .to.match(/PipelineService could not be reached/)
      .and.not.match(/127\.0\.0\.1/);
    dead.close();
  });
});

describe("createInProcessTransport", () => {
  it("validates and converts errors as a remote one does", async () => {
    const { transport } = createBackend();
    const client = createClient(PipelineService, transport);
    expect(fromConnectError(await failureOf(client.getPipeline({ name: "" }))).reason).to.equal(
      ErrorReason.INVALID_FIELD,
    );
    const missing = fromConnectError(await failureOf(client.getPipeline({ name: "n" })));
    expect(missing).to.include({ reason: ErrorReason.PIPELINE_NOT_FOUND, message: "no pipeline n" });
  });
});
