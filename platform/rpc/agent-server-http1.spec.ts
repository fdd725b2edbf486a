import { once } from "node:events";
import { Code, createClient } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@phoenix/gen/grpc/health/v1/health_pb.ts";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { expect } from "chai";
import { ErrorReason, fromConnectError } from "../errors/index.ts";
import { type AgentPort, failureOf, startAgentPort } from "./fixture/agent-port.ts";
import { createHttp1Transport } from "./http1-transport.ts";
import type { RemoteTransport } from "./index.ts";

describe("createAgentServer, over HTTP/1.1,", () => {
  let port: AgentPort;
  let http1: RemoteTransport;

  beforeEach(async () => {
    port = await startAgentPort();
    http1 = createHttp1Transport(port.server.url);
  });
  afterEach(async () => {
    http1.close();
    await port.server.stop(100);
  });

  const post = (path: string, headers: Record<string, string>, body = "{}") =>
    fetch(`${port.server.url}/${path}`, { method: "POST", headers, body });

  it("serves unary calls by the same handler, with headers and all that is known of a failure", async () => {
    const client = createClient(AgentService, http1);
    expect(await client.pollTasks({ session: 7n }, { headers: { authorization: "Bearer x" } })).to.deep.include({
      reportFullState: true,
    });
    expect(port.polls.at(-1)).to.deep.equal({ session: 7n, authorization: "Bearer x" });
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
    const logged = port.lines.map((line) => JSON.parse(line));
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
    await once(port.events, "poll");
    const { url } = port.server;
    const stopped = port.server.stop(5_000);
    port.events.emit("answer");
    expect((await waiting).reportFullState).to.equal(true);
    await stopped;
    const next = createHttp1Transport(url);
    expect((await failureOf(createClient(AgentService, next).pollTasks({}))).code).to.equal(Code.Unavailable);
  });

  it("ends calls that wait longer than the grace", async () => {
    const waiting = failureOf(createClient(AgentService, http1).pollTasks({ session: 1n }));
    await once(port.events, "poll");
    await port.server.stop(30);
    expect((await waiting).code).to.be.oneOf([Code.Aborted, Code.Unavailable]);
  });

  it("tells a handler that its caller is gone", async () => {
    const leave = new AbortController();
    const waiting = failureOf(createClient(AgentService, http1).pollTasks({ session: 1n }, { signal: leave.signal }));
    await once(port.events, "poll");
    const gone = once(port.events, "gone", { signal: AbortSignal.timeout(5_000) });
    leave.abort();
    await Promise.all([gone, waiting]);
  });
});
