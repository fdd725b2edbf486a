import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create } from "@bufbuild/protobuf";
import { findCollector } from "@phoenix/collector";
import { CollectorState, LoadStatusSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { componentsDigest } from "@phoenix/platform/components";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { runAgent } from "./index.ts";
import { readProcess } from "./probes/index.ts";
import {
  createHttp1Proxy,
  createScriptedController,
  eventually,
  type Http1Proxy,
  type ScriptedController,
} from "./scripted-controller/index.ts";

const program = fileURLToPath(new URL("./scripted-controller/agent-process.ts", import.meta.url));
const token = "a-token-for-one-enrolment";
const logger = createLogger({ name: "test", level: "silent" });
const { COMPLETED, FAILED } = AttemptState;

/** A rendered configuration, as small as it can be. */
const config = Buffer.from(`
receivers:
  host_metrics:
    collection_interval: \${env:PHX_INTERVAL:-15s}
    initial_delay: \${env:PHX_INITIAL_DELAY}
    scrapers:
      process:
        mute_process_all_errors: true
exporters:
  otlp_http/tap:
    endpoint: \${env:PHX_TAP_URL}
    retry_on_failure: { enabled: false }
extensions:
  health_check: { endpoint: "127.0.0.1:\${env:PHX_HEALTH_PORT}" }
service:
  extensions: [health_check]
  telemetry:
    metrics:
      readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: "\${env:PHX_METRICS_PORT}" } } } }]
  pipelines:
    metrics: { receivers: [host_metrics], exporters: [otlp_http/tap] }
`);
const digest = createHash("sha256").update(config).digest("hex");

describe("the agent", function () {
  this.timeout(90_000);
  let controller: ScriptedController;
  let proxy: Http1Proxy;
  let directory: string;
  let agents: { child: ChildProcess; ended: Promise<unknown> }[];
  let lease: bigint;

  before(async function () {
    this.timeout(900_000);
    await findCollector();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "phoenix-agent-"));
    controller = await createScriptedController();
    proxy = await createHttp1Proxy(() => controller.address);
    controller.configs.set(digest, config);
    controller.tokens.add(token);
    [agents, lease] = [[], 0n];
  });
  afterEach(async () => {
    for (const { child, ended } of agents) {
      child.kill("SIGTERM");
      await ended;
    }
    const left = collectorPids().filter((pid) => readProcess(pid)?.zombie === false);
    for (const pid of left) process.kill(pid, "SIGKILL");
    await proxy.close();
    await controller.kill();
    await rm(directory, { recursive: true, force: true });
    expect(left, "collectors left behind").to.deep.equal([]);
  });

  const startAgent = (transport: string, enrollmentToken = "") => {
    // Polling is for those who sit behind such a proxy.
    const { address } = transport === "poll" ? proxy : controller;
    const child = spawn(process.execPath, [program, address, directory, transport, enrollmentToken], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    const agent = { child, ended: once(child, "close"), said: () => said };
    agents.push(agent);
    return agent;
  };
  const kill = async (agent: { child: ChildProcess; ended: Promise<unknown> }): Promise<void> => {
    agent.child.kill("SIGKILL");
    await agent.ended;
    agents = agents.filter((one) => one !== agent);
  };
  /** Every collector the controller ever heard of. */
  const collectorPids = () => [
    ...new Set(
      controller.hellos.flatMap(({ collectors }) => collectors.map(({ pid }) => pid)).filter((pid) => pid > 0),
    ),
  ];
  const assignCollector = (taskId: string, action: 1 | 2 | 3, attempt = 1, configDigest = digest) =>
    controller.assign({
      taskId,
      attempt,
      leaseToken: ++lease,
      action,
      subject: {
        case: "collector",
        value: {
          collectorId: "e.baseline",
          ...(action === TaskAction.STOP
            ? {}
            : {
                configDigest,
                pipeline: "process-baseline-v1",
                // Much more often than the configuration itself, so that each window has a scrape.
                scrapeInterval: { seconds: 1n },
                measurement: { experimentId: "e", variant: "baseline", windowSeconds: 1, mustKeep: ["otelcol.*"] },
              }),
        },
      },
    });
  const report = (taskId: string) =>
    eventually(
      `the end of ${taskId}`,
      () => controller.updates.find((update) => update.taskId === taskId && update.state >= COMPLETED),
      40_000,
    );
  const windows = () =>
    [...controller.stored.values()]
      .map(({ measurement }) => measurement!)
      .sort((a, b) => Number(a.windowStart!.seconds - b.windowStart!.seconds));
  const complete = () => windows().filter((window) => window.complete);

  for (const transport of ["stream", "poll"] as const) {
    it(`by ${transport}${transport === "poll" ? " through a proxy that knows HTTP/1.1 alone" : ""}: enrols, runs and measures a collector, dies, adopts it, loses nothing, and leaves nothing`, async () => {
      const first = startAgent(transport, token);
      await eventually("the first hello", () => controller.hellos.length > 0, 30_000);
      const told = controller.hellos[0]?.facts?.collectorComponentsDigest ?? "";
      expect(told).to.match(/^[0-9a-f]{64}$/);
      controller.requestComponents();
      const contained = await eventually("what the collector contains", () => controller.components[0], 20_000);
      expect(contained.receivers).to.include("host_metrics");
      expect(componentsDigest(contained)).to.equal(told);
      const identity = join(directory, "identity.json");
      expect((await stat(identity)).mode & 0o777).to.equal(0o600);
      expect(await readFile(identity, "utf8")).to.not.contain(token);

      assignCollector("start", TaskAction.START);
      expect(await report("start")).to.include({ state: COMPLETED, fromJournal: false });
      // On a busy machine the collector starts, and scrapes first, in a window after the first complete one.
      const window = await eventually(
        "a complete window of a running collector in which a must-keep process was seen and reported",
        () =>
          complete().find(
            ({ collectorUp, mustKeep }) =>
              collectorUp && mustKeep.some(({ oracleSeen, reported }) => oracleSeen && reported),
          ),
        20_000,
      );
      expect(Number(window.activeSeries)).to.be.greaterThan(10);
      expect(window.configDigest).to.equal(digest);

      controller.acknowledging = false;
      const before = controller.batches.length;
      const unacknowledged = await eventually(
        "an observation that is not acknowledged",
        () => controller.batches[before]?.observations[0]?.measurement?.windowStart?.seconds,
        20_000,
      );
      controller.requestFullState();
      const pid = await eventually("the collector's pid", () => collectorPids()[0]);
      await kill(first);
      expect(readProcess(pid)?.zombie).to.equal(false);

      controller.acknowledging = true;
      const hellos = controller.hellos.length;
      const second = startAgent(transport);
      const hello = await eventually("the next hello", () => controller.hellos[hellos], 30_000);
      expect(hello.collectors.map((status) => [status.collectorId, status.pid, status.configDigest])).to.deep.equal([
        ["e.baseline", pid, digest],
      ]);
      await eventually(
        "the window of before",
        () => windows().some(({ windowStart }) => windowStart?.seconds === unacknowledged),
        20_000,
      );
      const restarted = Number(hello.collectors[0]?.startTime?.seconds ?? 0n);
      expect(restarted).to.be.greaterThan(0);
      const known = complete().length;
      await eventually("more complete windows", () => complete().length > known + 1, 20_000);
      // The window of the restart tells that it is not whole.
      expect(windows().filter((one) => !one.complete && one.incompleteReason !== "")).to.not.deep.equal([]);

      assignCollector("start", TaskAction.START, 2);
      await eventually("the answer from the journal", () =>
        controller.updates.some(({ attempt, fromJournal }) => attempt === 2 && fromJournal),
      );
      assignCollector("stop", TaskAction.STOP);
      expect((await report("stop")).state).to.equal(COMPLETED);
      await eventually("the collector's end", () => readProcess(pid)?.zombie !== false);

      second.child.kill("SIGTERM");
      await second.ended;
      expect(controller.goodbyes).to.have.length(1);
      expect(controller.goodbyes[0]?.stoppingCollectors).to.equal(true);
    });
  }

  it("measures on while the controller is away at its start, and delivers when it is back", async () => {
    const first = startAgent("stream", token);
    await eventually("the hello", () => controller.hellos.length > 0, 30_000);
    assignCollector("start", TaskAction.START);
    await report("start");
    controller.requestFullState();
    await eventually("the collector's pid", () => collectorPids()[0]);
    await kill(first);
    await controller.kill();

    const second = startAgent("stream");
    await eventually("the agent to run", () => second.said().includes("the agent runs"), 30_000);
    const awayFrom = BigInt(Math.floor(Date.now() / 1000));
    await eventually("three more windows", () => BigInt(Math.floor(Date.now() / 1000)) > awayFrom + 3n);
    await controller.start();
    await eventually(
      "a complete window of the time away",
      () =>
        complete().some(({ windowStart }) => windowStart!.seconds > awayFrom && windowStart!.seconds <= awayFrom + 3n),
      30_000,
    );
  });

  it("goes on with a load simulation after it was killed, and ends it when stopped", async () => {
    const first = startAgent("stream", token);
    await eventually("the hello", () => controller.hellos.length > 0, 30_000);
    const loadSimulationId = "load-1";
    const definition = { name: "idle", defaultProcesses: 5, maxProcesses: 5, others: [{ name: "waiter" }] };
    controller.assign({
      taskId: "load",
      attempt: 1,
      leaseToken: 1n,
      action: TaskAction.START,
      subject: { case: "loadSimulation", value: { loadSimulationId, definition, processes: 5, seed: 1n } },
    });
    expect(await report("load")).to.include({ state: COMPLETED });
    await kill(first);
    const hellos = controller.hellos.length;
    const second = startAgent("stream");
    const hello = await eventually("the next hello", () => controller.hellos[hellos], 30_000);
    expect(hello.loadSimulations).to.deep.equal([loadSimulationId]);
    const beats = controller.heartbeats.length;
    await eventually("a heartbeat", () => controller.heartbeats.length > beats, 30_000);
    expect(controller.heartbeats.at(-1)?.loads).to.deep.include.members([
      create(LoadStatusSchema, { loadSimulationId, processes: 5, spawned: 5n }),
    ]);
    second.child.kill("SIGTERM");
    await second.ended;
  });

  it("refuses a program, and a configuration that does not have its digest, in words", async () => {
    startAgent("stream", token);
    await eventually("the hello", () => controller.hellos.length > 0, 30_000);
    const subject = { case: "command" as const, value: { argv: ["/bin/true"] } };
    controller.assign({ taskId: "run", attempt: 1, leaseToken: 1n, action: TaskAction.EXECUTE, subject });
    expect(await report("run"))
      .to.include({ state: FAILED, retryable: false })
      .with.property("message")
      .that.contains("allowed-commands.json");
    controller.configs.set(digest, Buffer.from("receivers: {}"));
    assignCollector("start", TaskAction.START);
    expect(await report("start"))
      .to.include({ state: FAILED })
      .with.property("message")
      .that.contains("digest");
    const hello = controller.hellos.at(-1);
    expect(hello?.collectors.filter((status) => status.state !== CollectorState.STOPPED)).to.deep.equal([]);
  });

  it("refuses a configuration that breaks a rule, whoever let it pass, and keeps the last good one running", async () => {
    startAgent("stream", token);
    await eventually("the hello", () => controller.hellos.length > 0, 30_000);
    assignCollector("start", TaskAction.START);
    expect(await report("start")).to.include({ state: COMPLETED });
    controller.requestFullState();
    const pid = await eventually("the collector's pid", () => collectorPids()[0]);

    const offer = async (taskId: string, [good, bad]: [good: string, bad: string]) => {
      const text = config.toString().replace(good, bad);
      const changed = createHash("sha256").update(text).digest("hex");
      expect(changed).not.to.equal(digest);
      controller.configs.set(changed, Buffer.from(text));
      assignCollector(taskId, TaskAction.UPDATE, 1, changed);
      const { state, retryable, message } = await report(taskId);
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

    const hellos = controller.hellos.length;
    controller.requestFullState();
    const hello = await eventually("the next hello", () => controller.hellos[hellos], 30_000);
    expect(hello.collectors.map((status) => [status.pid, status.configDigest])).to.deep.equal([[pid, digest]]);
    const folder = join(directory, "collectors", "e.baseline");
    for (const name of ["config.yaml", "last-good.yaml"])
      expect(await readFile(join(folder, name), "utf8")).to.equal(config.toString());
    assignCollector("stop", TaskAction.STOP);
    expect((await report("stop")).state).to.equal(COMPLETED);
  });

  describe("at its start", () => {
    const options = () => ({ agentUrl: controller.address, stateDir: directory, hostName: "test-host", logger });
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
      const agent = await runAgent({ ...options(), enrollmentToken: token });
      expect(await failure(runAgent(options()))).to.contain(`process id ${process.pid}`);
      await Promise.all([agent.stop(), agent.stop()]);
      await agent.done;
      const again = await runAgent(options());
      expect(again.hostId).to.equal(agent.hostId);
      await again.stop();
    });

    it("ends, with nothing left running, when the controller refuses it for good", async () => {
      const agent = await runAgent({ ...options(), enrollmentToken: token });
      await eventually("the session", () => controller.hellos.length > 0);
      controller.credentials.clear();
      await controller.kill();
      await controller.start();
      expect(await failure(agent.done)).to.match(/Enrol the host again/);
      await (await runAgentAgain()).stop();
    });
    const runAgentAgain = async () => {
      controller.tokens.add(token);
      return runAgent({ ...options(), enrollmentToken: token });
    };
  });
});
