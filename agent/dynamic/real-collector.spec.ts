import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCatalog } from "@phoenix/catalog";
import type { CollectorBinary } from "@phoenix/collector";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { renderPipeline } from "../../services/pipelines/render/index.ts";
import {
  findTestCollector,
  type Point,
  startNamedProcesses,
  startOtlpSink,
} from "../../services/pipelines/testing/index.ts";
import type { HostCpu } from "../probes/index.ts";
import { createSupervisor, type Supervisor } from "../supervisor/index.ts";

const windowMs = 2_000;
const withinMs = 40_000;

type Sink = Awaited<ReturnType<typeof startOtlpSink>>;
type Processes = Awaited<ReturnType<typeof startNamedProcesses>>;

describe("a moving filter on a real collector", function () {
  this.timeout(120_000);
  let binary: CollectorBinary;
  let stateDir: string;
  let sink: Sink;
  let processes: Processes;
  let supervisors: Supervisor[];
  let burners: ChildProcess[];
  let lines: string[];
  let cpu: HostCpu | null;

  before(async function () {
    this.timeout(600_000);
    binary = await findTestCollector();
  });
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "phoenix-moving-"));
    sink = await startOtlpSink();
    processes = await startNamedProcesses({ "mv-must": 2, "mv-idle": 12 });
    supervisors = [];
    burners = [];
    lines = [];
    cpu = null;
  });
  afterEach(async () => {
    await Promise.all(supervisors.map((one) => one.stop({ stopCollectors: true })));
    await Promise.all(burners.map(end));
    await processes.stop();
    await sink.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  /** Starts an agent that is only a supervisor, on the state of the one before. */
  async function startSupervisor(text: string): Promise<Supervisor> {
    const made = createSupervisor({
      binary,
      stateDir,
      hostId: "h-1",
      hostName: "web-1",
      logger: createLogger({ name: "test", level: "silent" }),
      fetchConfig: async () => new TextEncoder().encode(text),
      onLog: (_collectorId, line) => lines.push(line),
      ...(cpu === null ? {} : { readHostCpu: () => cpu ?? { totalTicks: 0, busyTicks: 0 } }),
    });
    supervisors.push(made);
    await made.start();
    return made;
  }

  async function render(name: string, variables: Record<string, string>): Promise<{ text: string; digest: string }> {
    const definition = (await loadCatalog()).find((each) => each.name === name) ?? expect.fail(`no ${name}`);
    return renderPipeline(definition, { variables, mustKeep: ["mv-must"], remoteWriteUrl: undefined });
  }

  async function run(name: string, variables: Record<string, string>): Promise<Supervisor> {
    const { text, digest } = await render(name, variables);
    const supervisor = await startSupervisor(text);
    const applied = await supervisor.apply({
      collectorId: "active",
      configDigest: digest,
      pipeline: name,
      variant: "active",
      experimentId: "",
      memoryLimitMib: 256,
      windowMs,
      scrapeIntervalMs: windowMs,
      tapUrl: sink.url("tap"),
      mustKeep: ["mv-must"],
    });
    if (!applied.ok) expect.fail(applied.words);
    return supervisor;
  }

  /** Starts a process that uses all it can get of a core. */
  async function burn(): Promise<ChildProcess> {
    const child = spawn("/bin/sh", ["-c", "while :; do :; done"], { stdio: "ignore" });
    burners.push(child);
    await once(child, "spawn");
    return child;
  }

  const pidsIn = (points: readonly Point[]): Set<number> =>
    new Set(
      points.filter(({ metric }) => metric.startsWith("process.")).map((each) => Number(each.resource["process.pid"])),
    );
  const scrapes = (): Set<number>[] =>
    sink
      .received("tap")
      .map(pidsIn)
      .filter(({ size }) => size > 0);
  const reported = (pid: number | undefined): boolean =>
    scrapes()
      .at(-1)
      ?.has(pid ?? 0) ?? false;
  const others = (pids: Set<number>): number[] => [...pids].filter((pid) => !processes.pids("mv-must").includes(pid));
  const detail = (supervisor: Supervisor): string => supervisor.list()[0]?.dynamicDetail ?? "";
  const partialReloads = (): number =>
    lines.filter((line) => line.includes("Performing partial receiver reload")).length;

  it("reports the K largest and all must-keep processes at every scrape, and follows the ranking without a restart", async () => {
    const supervisor = await run("process-topk-v1", { k: "5", always: "" });
    const pid = supervisor.list()[0]?.pid;
    await sink.until(() => scrapes().some((pids) => others(pids).length === 5), withinMs);

    const busy = await burn();
    await sink.until(() => reported(busy.pid), withinMs);
    await end(busy);
    await sink.until(() => !reported(busy.pid) && others(scrapes().at(-1) ?? new Set()).length === 5, withinMs);

    for (const pids of scrapes()) expect(others(pids).length).to.be.at.most(5);
    const ofMustKeep = scrapes().filter((pids) => processes.pids("mv-must").every((each) => pids.has(each)));
    const ofRanked = scrapes().filter((pids) => others(pids).length > 0);
    expect(ofMustKeep.length).to.be.at.least(ofRanked.length - 1);
    expect(detail(supervisor)).to.match(/^5 and 2 must-keep of \d+ processes$/);
    expect(supervisor.list()[0]).to.include({ pid, restarts: 0 });
    // The collector's log is read after its points.
    await sink.until(() => partialReloads() >= 2, withinMs);
    expect(lines.join("\n")).to.not.contain("Config updated, restart service");
  });

  it("goes on under the next agent, with the process it has", async () => {
    const { text } = await render("process-topk-v1", { k: "3", always: "" });
    const first = await run("process-topk-v1", { k: "3", always: "" });
    const pid = first.list()[0]?.pid;
    await sink.until(() => scrapes().length >= 2, withinMs);
    await first.stop({ stopCollectors: false });

    const second = await startSupervisor(text);
    expect(second.list()[0]).to.include({ pid });
    expect(detail(second)).to.match(/^3 and 2 must-keep of \d+ processes$/);
    const busy = await burn();
    await sink.until(() => reported(busy.pid), withinMs);
    expect(second.list()[0]).to.include({ pid, restarts: 0 });
  });

  const floors = {
    always: "",
    normal_cpu_floor: "0",
    normal_rss_floor_mib: "0",
    tight_cpu_floor: "64",
    tight_rss_floor_mib: "1048576",
    tight_minimum_age: "0s",
    tight_interval_factor: "3",
    severe_enter: "1",
    severe_leave: "0.99",
    severe_cpu_floor: "64",
    severe_rss_floor_mib: "1048576",
    severe_interval_factor: "3",
    severe_minimum_age: "0s",
    observe_interval: "1s",
  };

  it("moves against the load of the host, keeps must-keep processes, and comes back after the dwell", async () => {
    cpu = { totalTicks: 0, busyTicks: 0 };
    const load = (ratio: number): NodeJS.Timeout =>
      setInterval(() => {
        const { totalTicks, busyTicks } = cpu ?? { totalTicks: 0, busyTicks: 0 };
        cpu = { totalTicks: totalTicks + 100, busyTicks: busyTicks + 100 * ratio };
      }, 100);
    let loading = load(0.1);
    try {
      const supervisor = await run("process-adaptive-filter-v1", { ...floors, dwell: "4s" });
      const { pid } = supervisor.list()[0] ?? expect.fail("no collector");
      const idle = processes.pids("mv-idle");
      await sink.until(() => idle.every(reported), withinMs);
      expect(detail(supervisor)).to.match(/^level normal since \d\d:\d\d:\d\dZ$/);

      clearInterval(loading);
      loading = load(0.8);
      const quiet = (): boolean =>
        scrapes()
          .slice(-4)
          .every((pids) => others(pids).length === 0);
      await sink.until(quiet, withinMs);
      expect(detail(supervisor)).to.match(/^level tight since/);
      const folder = join(stateDir, "collectors", "active", "dyn");
      expect(await readFile(join(folder, "process_interval"), "utf8")).to.equal("6000ms");
      for (const each of scrapes().slice(-4)) expect([...each]).to.include.members(processes.pids("mv-must"));

      clearInterval(loading);
      loading = load(0.1);
      await sink.until(() => idle.every(reported), withinMs);
      expect(detail(supervisor)).to.match(/^level normal since/);
      expect(supervisor.list()[0]).to.include({ pid, restarts: 0 });
    } finally {
      clearInterval(loading);
    }
  });

  it("notices processes that really burn the host's CPU", async () => {
    const supervisor = await run("process-adaptive-filter-v1", { ...floors, tight_enter: "0.7", dwell: "0s" });
    await Promise.all([burn(), burn(), burn(), burn()]);
    const strict = (): boolean => /^level (tight|severe) since/.test(detail(supervisor));
    await sink.until(
      () =>
        strict() &&
        scrapes()
          .slice(-2)
          .every((pids) => others(pids).length === 0),
      withinMs,
    );
  });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
