import { once } from "node:events";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import * as grpc from "@grpc/grpc-js";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "@phoenix/gen/grpc/reflection/v1/reflection_pb.ts";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { type ConnectRequest, ConnectResponseSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { expect } from "chai";
import { ErrorReason, fromConnectError, phoenixError } from "../errors/index.ts";
import { createLogger } from "../logging/index.ts";
import { createMetrics } from "../telemetry/index.ts";
import {
  type AgentServer,
  addGrpcService,
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

  beforeEach(async () => {
    lines.length = 0;
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
      pollTasks: async () => ({}),
      renewCredential: unimplemented,
      fetchConfig: unimplemented,
      reportTask: unimplemented,
      sendHeartbeat: unimplemented,
      pushObservations: unimplemented,
      pushLogs: unimplemented,
    };
    addGrpcService(server, AgentService, implementation);
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

  it("refuses an address others can reach without a certificate", () => {
    expect(() => createAgentServer({ host: "0.0.0.0", port: 0, logger, metrics })).to.throw(/--insecure/);
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
