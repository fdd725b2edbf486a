import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { Code, ErrorReason, PhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { loopbackCertificate } from "../../platform/rpc/edge/fixture/loopback-certificate.ts";
import { createHttp1Proxy, createScriptedController, type Http1Proxy } from "../scripted-controller/index.ts";
import { type ControllerPort, type ControllerPortOptions, createControllerPort } from "./index.ts";

const { fetchConfig, pollTasks, sendHeartbeat, enroll } = AgentService.method;
const credential = "valid";

const failureOf = async (call: Promise<unknown>): Promise<PhoenixError> => {
  const failure = await call.catch((error: unknown) => error);
  if (failure instanceof PhoenixError) return failure;
  throw new Error(`a PhoenixError was expected, not ${String(failure)}`);
};

describe("unary calls through a proxy that knows HTTP/1.1 alone", () => {
  let controller: Awaited<ReturnType<typeof createScriptedController>>;
  let proxy: Http1Proxy;
  const ports: ControllerPort[] = [];
  const portTo = (options: Partial<ControllerPortOptions> = {}): ControllerPort => {
    const port = createControllerPort({ address: proxy.address, unary: "http1", env: {}, ...options });
    ports.push(port);
    return port;
  };

  beforeEach(async () => {
    controller = await createScriptedController();
    proxy = await createHttp1Proxy(() => controller.address);
  });
  afterEach(async () => {
    for (const port of ports.splice(0)) port.close();
    await proxy.close();
    await controller.kill();
  });

  it("arrive, with the credential; those by gRPC do not", async () => {
    const { welcome } = await portTo().call(sendHeartbeat, { hello: { facts: { hostName: "h" } } }, { credential });
    expect(welcome?.hostId).to.equal("host-1");
    expect(proxy.asked).to.deep.equal(["POST /phoenix.agent.v1.AgentService/SendHeartbeat"]);
    const byGrpc = portTo({ unary: "grpc" }).call(fetchConfig, { configDigest: "0".repeat(64) }, { credential });
    expect((await failureOf(byGrpc)).code).to.equal(Code.Unavailable);
    expect(proxy.asked).to.have.length(1);
  });

  it("bring the controller's own refusals back with code, reason and words", async () => {
    const port = portTo();
    const none = await failureOf(port.call(fetchConfig, { configDigest: "0".repeat(64) }, { credential }));
    expect(none).to.include({ code: Code.NotFound, reason: ErrorReason.CONFIG_NOT_FOUND });
    const refused = await failureOf(port.call(fetchConfig, { configDigest: "0".repeat(64) }, { credential: "x" }));
    expect(refused).to.include({ code: Code.Unauthenticated, reason: ErrorReason.CREDENTIAL_REJECTED });
    const invalid = await failureOf(port.call(enroll, { enrollmentToken: "short" }));
    expect(invalid).to.include({ code: Code.InvalidArgument, reason: ErrorReason.INVALID_FIELD });
    expect(invalid.metadata).to.deep.equal({ field: "enrollment_token" });
  });

  for (const status of [401, 403, 404, 407, 409, 429, 502, 503]) {
    it(`do not take a proxy's ${status} for the controller's word`, async () => {
      proxy.refusing = status;
      const failure = await failureOf(portTo().call(pollTasks, { session: 1n }, { credential }));
      expect(failure).to.include({ code: Code.Unavailable, reason: ErrorReason.SERVICE_UNAVAILABLE });
      expect(failure.message).to.contain(String(status)).and.contain("proxies");
    });
  }

  it("fail as unavailable when the connection is lost, and by their deadline, and when cancelled", async () => {
    const port = portTo();
    await port.call(sendHeartbeat, { hello: { facts: { hostName: "h" } } }, { credential });
    const session = BigInt(controller.sessions());
    const poll = (options: object) =>
      failureOf(port.call(pollTasks, { session, wait: { seconds: 20n } }, { credential, ...options }));
    expect((await poll({ timeoutMs: 50 })).code).to.equal(Code.DeadlineExceeded);
    const leave = new AbortController();
    const cancelled = poll({ signal: leave.signal });
    leave.abort();
    expect((await cancelled).code).to.equal(Code.Canceled);
    const lost = poll({});
    await proxy.close();
    expect((await lost).code).to.equal(Code.Unavailable);
    expect((await poll({})).code).to.equal(Code.Unavailable);
  });

  it("go through the proxy of the environment, and never on this machine", async () => {
    const env = { HTTP_PROXY: `http://${proxy.address}` };
    const away = portTo({ address: "controller.example:7471", insecure: true, env });
    const answer = await away.call(sendHeartbeat, { hello: { facts: { hostName: "h" } } }, { credential });
    expect(answer.welcome?.hostId).to.equal("host-1");
    const asked = ["POST http://controller.example:7471/phoenix.agent.v1.AgentService/SendHeartbeat"];
    expect(proxy.asked).to.deep.equal(asked);
    const here = portTo({ address: controller.address, env });
    await here.call(sendHeartbeat, { hello: { facts: { hostName: "h" } } }, { credential });
    expect(proxy.asked).to.deep.equal(asked);
  });
});

describe("unary calls over HTTP/1.1 with TLS", () => {
  it("trust the authorities they were given and no others", async () => {
    const { cert, key } = loopbackCertificate;
    const directory = await mkdtemp(join(tmpdir(), "phoenix-ca-"));
    const server = createServer({ cert, key }, (_, response) => void response.writeHead(503).end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const wordsWith = async (authority: string): Promise<string> => {
      const tlsCaFile = join(directory, "ca.pem");
      await writeFile(tlsCaFile, authority);
      const port = createControllerPort({ address, tlsCaFile, unary: "http1", env: {} });
      const { message } = await failureOf(port.call(pollTasks, {}, { credential }));
      port.close();
      return message;
    };
    expect(await wordsWith(cert)).to.contain("503");
    expect(await wordsWith("")).to.match(/certificate/);
    server.close();
    await rm(directory, { recursive: true });
  });
});
