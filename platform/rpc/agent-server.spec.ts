import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import * as grpc from "@grpc/grpc-js";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { AgentService, RenewCredentialResponseSchema } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { type ConnectRequest, ConnectResponseSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { ErrorReason, fromConnectError, phoenixError } from "../errors/index.ts";
import { createLogger } from "../logging/index.ts";
import { createMetrics } from "../telemetry/index.ts";
import { loopbackCertificate } from "./edge/fixture/loopback-certificate.ts";
import { createHttp1Transport } from "./http1-transport.ts";
import {
  type AgentServer,
  createAgentServer,
  createRemoteTransport,
  failCall,
  type GrpcImplementation,
  openDuplex,
  type RemoteTransport,
} from "./index.ts";

const failureOf = async (work: Promise<unknown>): Promise<ConnectError> => {
  try {
    await work;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("it was expected to fail");
};

type Conversation = grpc.ServerDuplexStream<ConnectRequest, unknown>;

describe("createAgentServer", () => {
  const lines: string[] = [];
  const logger = createLogger({
    name: "test",
    level: "debug",
    destination: { write: (line) => void lines.push(line) },
  });
  const metrics = createMetrics({ processMetrics: false });
  let server: AgentServer;
  let transport: RemoteTransport;
  let converse: (call: Conversation) => void;
  const polls: { session: bigint; authorization: string | undefined }[] = [];
  let events: EventEmitter;

  beforeEach(async () => {
    lines.length = 0;
    events = new EventEmitter();
    converse = (call) => {
      // The controller speaks first.
      call.write({ sequence: 1n, message: { case: "welcome", value: { hostId: "h-1" } } });
      call.on("data", ({ sequence }) => call.write({ sequence: sequence + 1n, message: { case: "drain", value: {} } }));
      call.on("end", () => call.end());
    };
    server = createAgentServer({ port: 0, logger, metrics });
    const unimplemented = async (): Promise<never> => {
      throw phoenixError(ErrorReason.HOST_DRAINING, "not in this test");
    };
    const implementation: GrpcImplementation<typeof AgentService> = {
      connect: (call) => converse(call as Conversation),
      async enroll({ enrollmentToken }) {
        if (enrollmentToken.startsWith("surprise")) throw new TypeError("internals");
        throw phoenixError(ErrorReason.ENROLLMENT_TOKEN_REJECTED, "the token is used up", { metadata: { uses: "1" } });
      },
      async pollTasks({ session }, context) {
        polls.push({ session, authorization: context.header("Authorization") });
        if (session === 1n) {
          const { signal } = context;
          signal.addEventListener("abort", () => events.emit("gone"));
          events.emit("poll");
          await once(events, "answer");
        }
        return { reportFullState: true };
      },
      renewCredential: async () =>
        Buffer.from(
          toBinary(RenewCredentialResponseSchema, create(RenewCredentialResponseSchema, { credential: "encoded" })),
        ),
      fetchConfig: unimplemented,
      reportComponents: unimplemented,
      reportTask: unimplemented,
      sendHeartbeat: unimplemented,
      pushObservations: unimplemented,
      pushLogs: unimplemented,
    };
    server.serve(AgentService, implementation);
    await server.start();
    transport = createRemoteTransport(server.url);
  });
  afterEach(async () => {
    transport.close();
    await server.stop(100);
  });

  const heartbeat = (sequence: bigint) => ({ sequence, message: { case: "heartbeat", value: {} } }) as const;
  const open = () => {
    const client = new grpc.Client(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
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
    converse = (call) => {
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
    converse = (call) => failCall(call, phoenixError(ErrorReason.STALE_TOKEN, "a newer session took over"));
    const cut = fromConnectError(await failureOf(collect(client.connect(single(heartbeat(1n))))));
    expect(cut).to.include({ reason: ErrorReason.STALE_TOKEN, message: "a newer session took over" });
  });

  it("keeps a surprise to the log", async () => {
    const client = createClient(AgentService, transport);
    const enrollmentToken = "surprise-surprise";
    const failure = await failureOf(client.enroll({ enrollmentToken, facts: { hostName: "h" } }));
    expect(failure.code).to.equal(Code.Internal);
    expect(failure.rawMessage).to.not.match(/internals/);
    expect(lines.join("")).to.match(/internals/);
  });

  it("refuses a message that breaks a rule, in a unary call and in a stream, and names the field", async () => {
    const client = createClient(AgentService, transport);
    const short = fromConnectError(await failureOf(client.enroll({ enrollmentToken: "short" })));
    expect(short.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(short.message).to.match(/enrollment_token/);
    let heard = 0;
    const closed = new Promise<void>((resolve) => {
      converse = (call) => {
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
    const served = lines.map((line) => JSON.parse(line)).filter((line) => line.msg === "served");
    expect(served).to.have.lengthOf(1);
    expect(served[0].rpc).to.equal("phoenix.agent.v1.AgentService/PollTasks");
    expect(await metrics.text()).to.match(/method="PollTasks",code="\w+"\} 1/);
  });

  it("says that it stops, and cuts streams that stay", async () => {
    const { client, stream } = open();
    await once(stream, "data");
    const status = once(stream, "error");
    await server.stop(50);
    const [error] = await status;
    expect(error.code).to.be.oneOf([grpc.status.CANCELLED, grpc.status.UNAVAILABLE]);
    client.close();
  });

  it("does not wait for a client that hangs, however it is connected", async () => {
    const silent = connect(server.port, "127.0.0.1");
    await once(silent, "connect");
    // Says what an HTTP/2 client says first, and never reads or closes.
    const frozen = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    frozen.pause();
    frozen.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    await once(frozen, "connect");
    await server.stop(50);
    silent.destroy();
    frozen.destroy();
  });

  describe("over HTTP/1.1", () => {
    let http1: RemoteTransport;
    beforeEach(() => {
      http1 = createHttp1Transport(server.url);
    });
    afterEach(() => http1.close());
    const post = (path: string, headers: Record<string, string>, body = "{}") =>
      fetch(`${server.url}/${path}`, { method: "POST", headers, body });

    it("serves unary calls by the same handler, with headers and all that is known of a failure", async () => {
      const client = createClient(AgentService, http1);
      expect(await client.pollTasks({ session: 7n }, { headers: { authorization: "Bearer x" } })).to.deep.include({
        reportFullState: true,
      });
      expect(polls.at(-1)).to.deep.equal({ session: 7n, authorization: "Bearer x" });
      const enrollmentToken = "0123456789abcdef";
      const failure = fromConnectError(await failureOf(client.enroll({ enrollmentToken, facts: { hostName: "h" } })));
      expect(failure).to.include({ reason: ErrorReason.ENROLLMENT_TOKEN_REJECTED, code: Code.Unauthenticated });
      expect(failure.metadata).to.deep.equal({ uses: "1" });
    });

    it("answers a pre-encoded message, and plain JSON", async () => {
      const answer = await post("phoenix.agent.v1.AgentService/RenewCredential", {
        "content-type": "application/json",
      });
      expect(answer.headers.get("x-request-id")).to.match(/.+/);
      expect(await answer.json()).to.deep.equal({ credential: "encoded" });
    });

    it("refuses what gRPC refuses: a broken rule, a message that is too large", async () => {
      const client = createClient(AgentService, http1);
      const short = fromConnectError(await failureOf(client.enroll({ enrollmentToken: "short" })));
      expect(short.reason).to.equal(ErrorReason.INVALID_FIELD);
      expect(short.metadata).to.deep.equal({ field: "enrollment_token" });
      const large = client.enroll({ enrollmentToken: "x".repeat(4.5 * 1024 * 1024) });
      expect((await failureOf(large)).code).to.equal(Code.ResourceExhausted);
      const sent = await post(
        "phoenix.agent.v1.AgentService/Enroll",
        { "content-type": "application/json" },
        JSON.stringify({ enrollmentToken: "x".repeat(4.5 * 1024 * 1024) }),
      );
      expect(((await sent.json()) as { code: string }).code).to.equal("resource_exhausted");
    });

    it("keeps a surprise to the log, and logs and counts each call once", async () => {
      const client = createClient(AgentService, http1);
      const call = client.enroll({ enrollmentToken: "surprise-surprise", facts: { hostName: "h" } });
      const failure = await failureOf(call);
      expect(failure.code).to.equal(Code.Internal);
      expect(failure.rawMessage).to.not.match(/internals/);
      const logged = lines.map((line) => JSON.parse(line));
      expect(logged.filter((line) => line.err?.message === "internals")).to.have.lengthOf(1);
      expect(logged.filter((line) => line.msg === "served")).to.have.lengthOf(1);
    });

    it("answers health", async () => {
      const health = createClient(Health, http1);
      expect((await health.check({ service: AgentService.typeName })).status).to.equal(Status.SERVING);
    });

    it("has no streams, no gRPC, and nothing for other sites' pages", async () => {
      const enroll = "phoenix.agent.v1.AgentService/Enroll";
      const json = { "content-type": "application/json" };
      const stream = { "content-type": "application/connect+json" };
      const { status } = await post("phoenix.agent.v1.AgentService/Connect", stream, "");
      expect(status).to.equal(505);
      expect((await post(enroll, { "content-type": "application/grpc+proto" })).status).to.equal(415);
      expect((await post(enroll, { ...json, origin: "https://other.test" })).status).to.equal(403);
      expect((await post("anything", json)).status).to.equal(404);
    });

    it("lets calls that are under way finish when it stops, and takes no other", async () => {
      const client = createClient(AgentService, http1);
      const waiting = client.pollTasks({ session: 1n });
      await once(events, "poll");
      const { url } = server;
      const stopped = server.stop(5_000);
      events.emit("answer");
      expect((await waiting).reportFullState).to.equal(true);
      await stopped;
      const next = createHttp1Transport(url);
      expect((await failureOf(createClient(AgentService, next).pollTasks({}))).code).to.equal(Code.Unavailable);
    });

    it("ends calls that wait longer than the grace", async () => {
      const waiting = failureOf(createClient(AgentService, http1).pollTasks({ session: 1n }));
      await once(events, "poll");
      await server.stop(30);
      expect((await waiting).code).to.be.oneOf([Code.Aborted, Code.Unavailable]);
    });

    it("tells a handler that its caller is gone", async () => {
      const leave = new AbortController();
      const waiting = failureOf(createClient(AgentService, http1).pollTasks({ session: 1n }, { signal: leave.signal }));
      await once(events, "poll");
      const gone = once(events, "gone", { signal: AbortSignal.timeout(5_000) });
      leave.abort();
      await Promise.all([gone, waiting]);
    });
  });

  it("refuses an address others can reach without a certificate", () => {
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
