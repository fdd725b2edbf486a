import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { scanProcesses } from "../oracle/index.ts";
import { readProcess } from "../probes/index.ts";
import { createLoadSimulation, type LoadSimulation, type LoadSimulationOptions } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });

/** Those of the pids that still run. A zombie does not: it waits for whoever inherited it. */
function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => readProcess(pid)?.zombie === false);
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (alive(pids).length > 0) {
    if (Date.now() > deadlineMs) throw new Error(`still running after 10 s: ${alive(pids).join(", ")}`);
    // A condition, not a pause: nobody tells a stranger that a process has ended.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("a load simulation", () => {
  let latest: LoadSimulation | undefined;
  /** Where simulations put their links in these tests, so that what is left there is theirs. */
  let temporary: string;
  let usualTemporary: string | undefined;

  beforeEach(async () => {
    latest = undefined;
    temporary = await mkdtemp(join(tmpdir(), "phoenix-test-"));
    usualTemporary = process.env.TMPDIR;
    process.env.TMPDIR = temporary;
  });

  afterEach(async () => {
    await latest?.stop();
    if (usualTemporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usualTemporary;
    await rm(temporary, { recursive: true });
  });

  function create(changes: Partial<LoadSimulationOptions> = {}): LoadSimulation {
    latest = createLoadSimulation({
      id: "sim-1",
      profile: "realistic",
      processes: 20,
      seed: 42,
      maxDurationMs: 60_000,
      logger,
      ...changes,
    });
    return latest;
  }

  /** The host of the simulation and all its processes. */
  function pidsOf({ hostPid, members }: ReturnType<LoadSimulation["status"]>): number[] {
    return [hostPid, ...members.map(({ pid }) => pid)];
  }

  it("runs real processes that the oracle sees by name, and leaves nothing behind", async () => {
    const simulation = create();
    const started = await simulation.start();
    expect(started.count).to.equal(20);
    expect(started.longLivedNames).to.include.members(["postgres", "nginx", "payment-api"]);
    const status = simulation.status();
    expect(status).to.deep.include({ state: "running", failure: "" });
    const seen = new Map((await scanProcesses()).map(({ pid, name }) => [pid, name]));
    for (const { pid, name } of status.members) expect(seen.get(pid)).to.equal(name);
    expect(seen.get(status.hostPid)).to.equal("loadsim-host");

    await simulation.stop();
    await simulation.stop();
    expect(pidsOf(status).map((pid) => readProcess(pid))).to.deep.equal(pidsOf(status).map(() => undefined));
    expect(simulation.status()).to.deep.include({ state: "over", members: [], failure: "" });
    expect(await readdir(temporary)).to.deep.equal([]);
  });

  it("runs the same processes for the same seed", async () => {
    const names = async (): Promise<string[]> => {
      const simulation = create();
      await simulation.start();
      const running = simulation.status().members.map(({ name }) => name);
      await simulation.stop();
      return running;
    };
    expect(await names()).to.deep.equal(await names());
  });

  it("ends by itself when its time is up", async () => {
    const simulation = create({ maxDurationMs: 300 });
    await simulation.start();
    const pids = pidsOf(simulation.status());
    const last = await simulation.ended;
    expect(last).to.deep.include({ state: "over", failure: "", members: [] });
    expect(alive(pids)).to.deep.equal([]);
  });

  it("can be stopped before it was started, and does not start then", async () => {
    const simulation = create();
    await simulation.stop();
    expect((await simulation.ended).state).to.equal("over");
    const error = await simulation.start().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect((error as Error).message).to.match(/starts once/);
  });

  it("can be stopped while it starts, and leaves nothing running", async () => {
    const simulation = create();
    const start = simulation.start().then(
      () => "started",
      (error: unknown) => (error as Error).message,
    );
    await simulation.stop();
    expect(await start).to.match(/stopped before all its processes ran|started/);
    expect(simulation.status()).to.deep.include({ state: "over", members: [] });
    expect(await readdir(temporary)).to.deep.equal([]);
  });

  it("says that it failed when the process that holds it is killed, and its processes end by themselves", async () => {
    const simulation = create();
    await simulation.start();
    const pids = pidsOf(simulation.status());
    process.kill(simulation.status().hostPid, "SIGKILL");
    const last = await simulation.ended;
    expect(last.state).to.equal("failed");
    expect(last.failure).to.match(/SIGKILL/);
    await untilGone(pids);
    expect(await readdir(temporary)).to.deep.equal([]);
  });

  it("ends with all its processes when the agent is killed with SIGKILL", async () => {
    const owner: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, "fixture", "owner.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(owner, "exit");
    let pids: number[] = [];
    try {
      const [line] = (await once(owner.stdout!, "data")) as [Buffer];
      pids = JSON.parse(line.toString()) as number[];
      expect(alive(pids).length).to.equal(13);
    } finally {
      owner.kill("SIGKILL");
      await exited;
    }
    await untilGone(pids);
    expect(await readdir(temporary)).to.deep.equal([]);
  });
});
