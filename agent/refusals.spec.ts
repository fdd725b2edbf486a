import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findCollector } from "@phoenix/collector";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { runAgent } from "./index.ts";
import { eventually } from "./scripted-controller/index.ts";
import { type AgentSite, config, createAgentSite, digest, enrollmentToken } from "./testing/agent-site.ts";

const logger = createLogger({ name: "test", level: "silent" });
const { COMPLETED, FAILED } = AttemptState;

describe("the agent, where something is not as it should be,", function () {
  this.timeout(90_000);
  let site: AgentSite;

  before(async function () {
    this.timeout(900_000);
    await findCollector();
  });
  beforeEach(async () => {
    site = await createAgentSite();
  });
  afterEach(async () => {
    expect(await site.close(), "collectors left behind").to.deep.equal([]);
  });

  it("refuses a program, and a configuration that does not have its digest, in words", async () => {
    site.startAgent("stream", enrollmentToken);
    await eventually("the hello", () => site.controller.hellos.length > 0, 30_000);
    const subject = { case: "command" as const, value: { argv: ["/bin/true"] } };
    site.controller.assign({ taskId: "run", attempt: 1, leaseToken: 1n, action: TaskAction.EXECUTE, subject });
    expect(await site.report("run"))
      .to.include({ state: FAILED, retryable: false })
      .with.property("message")
      .that.contains("allowed-commands.json");
    site.controller.configs.set(digest, Buffer.from("receivers: {}"));
    site.assignCollector("start", TaskAction.START);
    expect(await site.report("start"))
      .to.include({ state: FAILED })
      .with.property("message")
      .that.contains("digest");
    const hello = site.controller.hellos.at(-1);
    expect(hello?.collectors.filter((status) => status.state !== CollectorState.STOPPED)).to.deep.equal([]);
  });

  it("refuses a configuration that breaks a rule, whoever let it pass, and keeps the last good one running", async () => {
    site.startAgent("stream", enrollmentToken);
    await eventually("the hello", () => site.controller.hellos.length > 0, 30_000);
    site.assignCollector("start", TaskAction.START);
    expect(await site.report("start")).to.include({ state: COMPLETED });
    site.controller.requestFullState();
    const pid = await eventually("the collector's pid", () => site.collectorPids()[0]);

    const offer = async (taskId: string, [good, bad]: [good: string, bad: string]) => {
      const text = config.toString().replace(good, bad);
      const changed = createHash("sha256").update(text).digest("hex");
      expect(changed).not.to.equal(digest);
      site.controller.configs.set(changed, Buffer.from(text));
      site.assignCollector(taskId, TaskAction.UPDATE, 1, changed);
      const { state, retryable, message } = await site.report(taskId);
      expect({ state, retryable }).to.deep.equal({ state: FAILED, retryable: false });
      return message;
    };
    const secret = await offer("secret", [
      "retry_on_failure:",
      "headers: { authorization: Bearer hunter2hunter2 }\n    retry_on_failure:",
    ]);
    expect(secret).to.match(
      /^secret-in-clear at exporters\.otlp_http\/tap\.headers\.authorization, line 12, column \d+: /m,
    );
    expect(secret).not.to.contain("hunter2");
    const dangling = await offer("dangling", ["exporters: [otlp_http/tap]", "exporters: [otlp_http/top]"]);
    expect(dangling).to.match(
      /^dangling-reference at service\.pipelines\.metrics\.exporters\[0\], line \d+, column \d+: /m,
    );

    const hellos = site.controller.hellos.length;
    site.controller.requestFullState();
    const hello = await eventually("the next hello", () => site.controller.hellos[hellos], 30_000);
    expect(hello.collectors.map((status) => [status.pid, status.configDigest])).to.deep.equal([[pid, digest]]);
    const folder = join(site.directory, "collectors", "e.baseline");
    for (const name of ["config.yaml", "last-good.yaml"])
      expect(await readFile(join(folder, name), "utf8")).to.equal(config.toString());
    site.assignCollector("stop", TaskAction.STOP);
    expect((await site.report("stop")).state).to.equal(COMPLETED);
  });

  describe("at its start", () => {
    const options = () => ({
      agentUrl: site.controller.address,
      stateDir: site.directory,
      hostName: "test-host",
      logger,
    });
    const failure = (promise: Promise<unknown>): Promise<string> =>
      promise.then(
        () => "no failure",
        (error: Error) => error.message,
      );

    it("says how to enrol when it is nobody, and that a token is no good", async () => {
      expect(await failure(runAgent(options()))).to.contain("phoenix host enroll-token");
      const stale = { ...options(), enrollmentToken: "a-token-that-is-not-known" };
      expect(await failure(runAgent(stale))).to.contain("enrolment token");
    });

    it("is the only one in its state directory", async () => {
      const agent = await runAgent({ ...options(), enrollmentToken });
      expect(await failure(runAgent(options()))).to.contain(`process id ${process.pid}`);
      await Promise.all([agent.stop(), agent.stop()]);
      await agent.done;
      const again = await runAgent(options());
      expect(again.hostId).to.equal(agent.hostId);
      await again.stop();
    });

    it("ends, with nothing left running, when the controller refuses it for good", async () => {
      const agent = await runAgent({ ...options(), enrollmentToken });
      await eventually("the session", () => site.controller.hellos.length > 0);
      site.controller.credentials.clear();
      await site.controller.kill();
      await site.controller.start();
      expect(await failure(agent.done)).to.match(/Enrol the host again/);
      await (await runAgentAgain()).stop();
    });
    const runAgentAgain = async () => {
      site.controller.tokens.add(enrollmentToken);
      return runAgent({ ...options(), enrollmentToken });
    };
  });
});
