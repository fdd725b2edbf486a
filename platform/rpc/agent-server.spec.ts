import { once } from "node:events";
import { connect } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, createClient } from "@connectrpc/connect";
import * as grpc from "@grpc/grpc-js";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { ConnectResponseSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { ErrorReason, fromConnectError, phoenixError } from "../errors/index.ts";
import { createLogger } from "../logging/index.ts";
import { createMetrics } from "../telemetry/index.ts";
import { loopbackCertificate } from "./edge/fixture/loopback-certificate.ts";
import { type AgentPort, failureOf, startAgentPort } from "./fixture/agent-port.ts";
import { createAgentServer, createRemoteTransport, failCall, openDuplex, type RemoteTransport } from "./index.ts";

describe("createAgentServer", () => {
  let port: AgentPort;
  let transport: RemoteTransport;

  beforeEach(async () => {
    port = await startAgentPort();
    transport = createRemoteTransport(port.server.url);
  });
  afterEach(async () => {
    transport.close();
    await port.server.stop(100);
  });

  const heartbeat = (sequence: bigint) => ({ sequence, message: { case: "heartbeat", value: {} } }) as const;
  const open = () => {
    const client = new grpc.Client(`127.0.0.1:${port.server.port}`, grpc.credentials.createInsecure());
    return { client, stream: openDuplex(client, AgentService.method.connect) };
  };

  it("speaks first, and talks with a grpc-js client", async () => {
    const { client, stream } = open();
    const [welcome] = await once(stream, "data");
    expect(welcome.message).to.deep.include({ case: "welcome" });
    stream.write(heartbeat(6n));
    const [answer] = await once(stream, "data");
    expect(answer.sequence).to.equal(7n);
    stream.end();
    const [status] = await once(stream, "status");
    expect(status.code).to.equal(grpc.status.OK);
    client.close();
  });

  it("talks with a Connect client", async () => {
    const sent = (async function* () {
      yield heartbeat(1n);
    })();
    const heard: bigint[] = [];
    for await (const { sequence } of createClient(AgentService, transport).connect(sent)) heard.push(sequence);
    expect(heard).to.deep.equal([1n, 2n]);
  });

  it("sends a message that is encoded already as it is", async () => {
    const message = { sequence: 9n, message: { case: "drain", value: {} } } as const;
    const encoded = Buffer.from(toBinary(ConnectResponseSchema, create(ConnectResponseSchema, message)));
    port.converse = (call) => {
      call.write(encoded);
      call.end();
    };
    const { client, stream } = open();
    const [received] = await once(stream, "data");
    expect(received.sequence).to.equal(9n);
    await once(stream, "status");
    client.close();
  });

  it("sends a house error with its reason, from a unary call and from a stream", async () => {
    const client = createClient(AgentService, transport);
    const enrollmentToken = "0123456789abcdef";
    const failure = fromConnectError(await failureOf(client.enroll({ enrollmentToken, facts: { hostName: "h" } })));
    expect(failure).to.include({ reason: ErrorReason.ENROLLMENT_TOKEN_REJECTED, code: Code.Unauthenticated });
    expect(failure.metadata).to.deep.equal({ uses: "1" });
    port.converse = (call) => failCall(call, phoenixError(ErrorReason.STALE_TOKEN, "a newer session took over"));
    const cut = fromConnectError(await failureOf(collect(client.connect(single(heartbeat(1n))))));
    expect(cut).to.include({ reason: ErrorReason.STALE_TOKEN, message: "a newer session took over" });
  });

  it("keeps a surprise to the log", async () => {
    const client = createClient(AgentService, transport);
    const enrollmentToken = "surprise-surprise";
    const failure = await failureOf(client.enroll({ enrollmentToken, facts: { hostName: "h" } }));
    expect(failure.code).to.equal(Code.Internal);
    expect(failure.rawMessage).to.not.match(/internals/);
    expect(port.lines.join("")).to.match(/internals/);
  });

  it("refuses a message that breaks a rule, in a unary call and in a stream, and names the field", async () => {
    const client = createClient(AgentService, transport);
    const short = fromConnectError(await failureOf(client.enroll({ enrollmentToken: "short" })));
    expect(short.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(short.message).to.match(/enrollment_token/);
    let heard = 0;
    const closed = new Promise<void>((resolve) => {
      port.converse = (call) => {
        call.on("data", () => (heard += 1));
        call.on("close", resolve);
      };
    });
    const failure = fromConnectError(await failureOf(collect(client.connect(single(heartbeat(0n))))));
    expect(failure.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(failure.message).to.match(/sequence/);
    await closed;
    expect(heard).to.equal(0);
  });

  it("refuses a message that is too large", async () => {
    const client = createClient(AgentService, transport);
    const failure = await failureOf(client.enroll({ enrollmentToken: "x".repeat(5 * 1024 * 1024) }));
    expect(failure.code).to.equal(Code.ResourceExhausted);
  });

  it("answers health and reflection", async () => {
    const health = createClient(Health, transport);
    expect((await health.check({ service: AgentService.typeName })).status).to.equal(Status.SERVING);
    const question = { messageRequest: { case: "fileContainingSymbol", value: AgentService.typeName } } as const;
    const [answer] = await collect(createClient(ServerReflection, transport).serverReflectionInfo(single(question)));
    expect(answer?.messageResponse.case).to.equal("fileDescriptorResponse");
  });

  it("logs and counts each call once", async () => {
    await createClient(AgentService, transport).pollTasks({});
    const served = port.lines.map((line) => JSON.parse(line)).filter((line) => line.msg === "served");
    expect(served).to.have.lengthOf(1);
    expect(served[0].rpc).to.equal("phoenix.agent.v1.AgentService/PollTasks");
    expect(await port.metrics.text()).to.match(/method="PollTasks",code="\w+"\} 1/);
  });

  it("says that it stops, and cuts streams that stay", async () => {
    const { client, stream } = open();
    await once(stream, "data");
    const status = once(stream, "error");
    await port.server.stop(50);
    const [error] = await status;
    expect(error.code).to.be.oneOf([grpc.status.CANCELLED, grpc.status.UNAVAILABLE]);
    client.close();
  });

  it("does not wait for a client that hangs, however it is connected", async () => {
    const silent = connect(port.server.port, "127.0.0.1");
    await once(silent, "connect");
    // Says what an HTTP/2 client says first, and never reads or closes.
    const frozen = connect({ port: port.server.port, host: "127.0.0.1", allowHalfOpen: true });
    frozen.pause();
    frozen.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    await once(frozen, "connect");
    await port.server.stop(50);
    silent.destroy();
    frozen.destroy();
  });

  it("refuses an address others can reach without a certificate", () => {
    const logger = createLogger({ name: "test", level: "silent" });
    const { metrics } = port;
    expect(() => createAgentServer({ host: "0.0.0.0", port: 0, logger, metrics })).to.throw(/--insecure/);
  });
});

describe("createAgentServer with a certificate", () => {
  it("serves gRPC and HTTP/1.1, and wants a certificate of the client's where it was told whose", async () => {
    const logger = createLogger({ name: "test", level: "silent" });
    const metrics = createMetrics({ processMetrics: false });
    const { cert, key } = loopbackCertificate;
    const check = async (ca?: string): Promise<unknown[]> => {
      const server = createAgentServer({ port: 0, logger, metrics, tls: { cert, key, ...(ca ? { ca } : {}) } });
      await server.start();
      const remotes = (["grpc", "connect-http1"] as const).map((protocol) =>
        createRemoteTransport(server.url, { protocol, ca: cert }),
      );
      const answers = remotes.map((remote) => createClient(Health, remote).check({}));
      const outcomes = await Promise.allSettled(answers);
      for (const remote of remotes) remote.close();
      await server.stop(1_000);
      return outcomes.map(({ status }) => status);
    };
    expect(await check()).to.deep.equal(["fulfilled", "fulfilled"]);
    expect(await check(cert)).to.deep.equal(["rejected", "rejected"]);
  });
});

async function* single<T>(message: T): AsyncGenerator<T> {
  yield message;
}

async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return all;
}
