import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CollectorBinary, findCollector } from "@phoenix/collector";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { configDigest } from "../configs/index.ts";
import { readProcess } from "../probes/index.ts";
import { exampleSpec } from "./example-spec.ts";
import { type CollectorSpec, createSupervisor, type Supervisor } from "./index.ts";

/** What a rendered configuration looks like, as small as it can be. */
const configText = (processors: string): string => `
receivers:
  host_metrics:
    collection_interval: 1s
    initial_delay: \${env:PHX_INITIAL_DELAY}
    scrapers: { load: {} }
processors:
  memory_limiter: { check_interval: 1s, limit_mib: "\${env:PHX_MEM_LIMIT_MIB}", spike_limit_mib: 32 }
  resource: { attributes: [{ key: host.name, value: "\${env:PHX_HOST_NAME}", action: upsert }] }
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
    metrics: { receivers: [host_metrics], processors: [${processors}], exporters: [otlp_http/tap] }
`;

const goodText = configText("memory_limiter, resource");
const otherText = configText("memory_limiter");
const refusedText = configText("memory_limiter, no_such_processor");
/** Valid, but cannot be started: 203.0.113.1 (TEST-NET-3, RFC 5737) is no address of any machine. */
const dyingText = goodText.replace(/127\.0\.0\.1:\$\{env:PHX_HEALTH_PORT\}/, "203.0.113.1:1");

describe("the supervisor, with real collectors", function () {
  this.timeout(60_000);
  let binary: CollectorBinary;
  let stateDir: string;
  let supervisor: Supervisor;
  let sink: { server: Server; url: string; arrivalsMs: number[]; answer: number };
  const started: Supervisor[] = [];

  before(async function () {
    this.timeout(600_000);
    binary = await findCollector();
  });

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "phoenix-supervisor-"));
    sink = await openSink();
    supervisor = create();
    await supervisor.start();
  });
  afterEach(async () => {
    const left = started.flatMap((one) => one.list()).filter((one) => one.pid > 0);
    await Promise.all(started.splice(0).map((one) => one.stop({ stopCollectors: true })));
    for (const { pid, startTicks } of left)
      expect(readProcess(pid)?.startTicks === startTicks && !readProcess(pid)?.zombie).to.equal(false);
    sink.server.closeAllConnections();
    sink.server.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  const texts = new Map([goodText, otherText, refusedText, dyingText].map((text) => [configDigest(text), text]));
  const create = (): Supervisor => {
    const made = createSupervisor({
      binary,
      stateDir,
      hostId: "h-1",
      hostName: "web-1",
      logger: createLogger({ name: "test", level: "silent" }),
      fetchConfig: async (digest) => new TextEncoder().encode(texts.get(digest)),
    });
    started.push(made);
    return made;
  };
  const spec = (text: string, different: Partial<CollectorSpec> = {}): CollectorSpec =>
    exampleSpec({ configDigest: configDigest(text), windowMs: 1_000, tapUrl: sink.url, ...different });
  const only = () => supervisor.list()[0];
  const applied = async (text: string, different: Partial<CollectorSpec> = {}) => {
    const result = await supervisor.apply(spec(text, different));
    if (!result.ok) throw new Error(result.words);
    return result.snapshot;
  };

  it("start one that delivers at 30 % of each window, and is measured", async () => {
    const snapshot = await applied(goodText);
    expect(snapshot.state).to.equal(CollectorState.HEALTHY);
    await until(() => sink.arrivalsMs.length >= 3);
    // What is between the scrape and its arrival here is added to the 300 ms.
    for (const arrivalMs of sink.arrivalsMs) expect(arrivalMs % 1_000).to.be.within(200, 700);
    expect(supervisor.usage("active")?.rssBytes).to.be.within(10 * 2 ** 20, 500 * 2 ** 20);
    expect(supervisor.usage("active")?.cpuSeconds).to.be.greaterThan(0);
    expect(await supervisor.exporterFailures("active")).to.equal(0);
    sink.answer = 400;
    await until(async () => ((await supervisor.exporterFailures("active")) ?? 0) > 0);
  });

  it("leave one alone that runs what is wanted", async () => {
    const { pid } = await applied(goodText);
    expect((await applied(goodText)).pid).to.equal(pid);
    expect((await applied(goodText, { mustKeep: [] })).pid).to.equal(pid);
  });

  it("keep the process of the last good configuration when the next is refused", async () => {
    const { pid } = await applied(goodText);
    const refused = await supervisor.apply(spec(refusedText));
    expect(refused).to.include({ ok: false, retryable: false });
    expect(refused).to.have.property("words").that.contains("no_such_processor");
    expect(only()?.pid).to.equal(pid);
    expect(readProcess(pid)?.zombie).to.equal(false);
  });

  it("start the last good configuration again when the next cannot be started", async () => {
    await applied(goodText);
    const refused = await supervisor.apply(spec(dyingText));
    expect(refused).to.have.property("words").that.contains("203.0.113.1");
    await until(() => only()?.state === CollectorState.HEALTHY);
    expect(only()?.spec.configDigest).to.equal(configDigest(goodText));
  });

  it("replace a configuration", async () => {
    const { pid } = await applied(goodText);
    const replaced = await applied(otherText);
    expect(replaced.pid).to.not.equal(pid);
    expect(readProcess(pid)).to.equal(undefined);
    expect(replaced.spec.configDigest).to.equal(configDigest(otherText));
  });

  it("start one again that was killed", async () => {
    const { pid } = await applied(goodText);
    process.kill(pid, "SIGKILL");
    await until(() => only()?.state === CollectorState.HEALTHY && only()?.pid !== pid);
    expect(only()?.restarts).to.equal(1);
    expect(only()?.lastError).to.contain("SIGKILL");
  });

  it("run two at once, and leave neither process nor port nor folder when they are removed", async () => {
    const snapshots = await Promise.all([
      applied(goodText, { collectorId: "e.baseline", variant: "baseline" }),
      applied(otherText, { collectorId: "e.candidate", variant: "candidate" }),
    ]);
    const ports = snapshots.flatMap((one) => [one.healthPort, one.metricsPort]);
    expect(new Set(ports).size).to.equal(4);
    for (const port of ports) expect(await listens(port), `port ${port}`).to.equal(true);
    await Promise.all(snapshots.map((one) => supervisor.remove(one.spec.collectorId)));
    for (const port of ports) expect(await listens(port), `port ${port}`).to.equal(false);
    for (const { pid } of snapshots) expect(readProcess(pid)).to.equal(undefined);
    expect(await readdir(join(stateDir, "collectors"))).to.deep.equal([]);
    expect(supervisor.list()).to.deep.equal([]);
  });

  describe("left by an agent that was killed", () => {
    let agent: ChildProcess;
    let pid: number;

    beforeEach(async () => {
      await supervisor.stop({ stopCollectors: true });
      agent = await startAgent(binary, stateDir, goodText, spec(goodText));
      pid = JSON.parse(await readFile(join(stateDir, "collectors", "active", "process.json"), "utf8")).identity.pid;
      agent.kill("SIGKILL");
      await once(agent, "exit");
      expect(readProcess(pid)?.zombie).to.equal(false);
      supervisor = create();
    });

    it("are adopted with the process they have, and go on delivering", async () => {
      expect(await supervisor.start()).to.deep.equal({ adopted: ["active"], reaped: [] });
      expect(only()).to.include({ pid, state: CollectorState.HEALTHY });
      expect((await applied(goodText)).pid).to.equal(pid);
      const arrivals = sink.arrivalsMs.length;
      await until(() => sink.arrivalsMs.length > arrivals);
      process.kill(pid, "SIGKILL");
      await until(() => only()?.state === CollectorState.HEALTHY && only()?.pid !== pid);
    });

    it("are ended when their removal was cut short", async () => {
      await rm(join(stateDir, "collectors", "active", "spec.json"));
      expect(await supervisor.start()).to.deep.equal({ adopted: [], reaped: ["active"] });
      expect(readProcess(pid)?.zombie ?? true).to.equal(true);
    });
  });

  async function openSink(): Promise<typeof sink> {
    const opened = { server: createServer(), url: "", arrivalsMs: [] as number[], answer: 200 };
    opened.server.on("request", (request, response) => {
      opened.arrivalsMs.push(Date.now());
      request.resume().on("end", () => {
        response.writeHead(opened.answer, { "content-type": "application/x-protobuf" }).end();
      });
    });
    opened.server.listen(0, "127.0.0.1");
    await once(opened.server, "listening");
    const address = opened.server.address();
    opened.url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/token`;
    return opened;
  }
});

/** Runs an agent that is only a supervisor in a process of its own, until its collector was applied. */
async function startAgent(
  binary: CollectorBinary,
  stateDir: string,
  text: string,
  spec: CollectorSpec,
): Promise<ChildProcess> {
  const script = join(stateDir, "agent.ts");
  await writeFile(
    script,
    `import { createSupervisor } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
const options = ${JSON.stringify({ binary, stateDir, hostId: "h-1", hostName: "web-1" })};
const logger = { info() {}, warn() {}, error: console.error };
const supervisor = createSupervisor({ ...options, logger, fetchConfig: async () => new TextEncoder().encode(${JSON.stringify(text)}) });
await supervisor.start();
const result = await supervisor.apply(${JSON.stringify(spec)});
console.log(result.ok ? "applied" : result.words);
setInterval(() => undefined, 60_000);
`,
  );
  const agent = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(agent.stdout, "data");
  expect(String(said).trim()).to.equal("applied");
  return agent;
}

async function until(condition: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not come true within ${withinMs} ms: ${condition}`);
    await delay(20);
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
