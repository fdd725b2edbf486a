import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { createLogger } from "@phoenix/platform/logging";
import { expect } from "chai";
import { scanProcesses } from "../oracle/index.ts";
import { readProcess } from "../probes/index.ts";
import { serverProfile } from "./fixture/definitions.ts";
import { createLoadSimulation, type LoadSimulation, type LoadSimulationOptions } from "./index.ts";

const logger = createLogger({ name: "test", level: "silent" });

/** Those of the pids that still run. A zombie does not: it waits for whoever inherited it. */
function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => readProcess(pid)?.zombie === false);
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const deadlineMs = Date.now() + 30_000;
  while (alive(pids).length > 0) {
    if (Date.now() > deadlineMs) throw new Error(`still running after 30 s: ${alive(pids).join(", ")}`);
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
      definition: serverProfile(),
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

  it("counts what it begins and says what is not as asked", async () => {
    const lives = { shortestLife: durationFromMs(100), longestLife: durationFromMs(200) };
    const simulation = create({
      definition: serverProfile({ ...lives, maxProcesses: 12 }),
      processes: 20,
    });
    const { count, detail } = await simulation.start();
    expect([count, detail]).to.deep.equal([
      12,
      "12 processes instead of 20, the most that this profile or a host runs",
    ]);
    const deadlineMs = Date.now() + 10_000;
    // A condition, not a pause: reports of a host come when they come.
    while (simulation.status().spawned < 14 && Date.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(simulation.status().spawned).to.be.at.least(14);
    process.kill(simulation.status().members.find(({ name }) => name === "sshd")!.pid, "SIGKILL");
    while (!/long-lived/.test(simulation.status().detail) && Date.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(simulation.status().detail).to.match(/; 1 long-lived process has ended$/);
  });

  it("ends by itself when its time is up", async () => {
    const simulation = create({ maxDurationMs: 300 });
    await simulation.start();
    const pids = pidsOf(simulation.status());
    const last = await simulation.ended;
    expect(last).to.deep.include({ state: "over", failure: "", members: [] });
    expect(alive(pids)).to.deep.equal([]);
  });

  it("says why the host would not begin a process", async () => {
    const lives = { shortestLife: durationFromMs(100), longestLife: durationFromMs(200) };
    const simulation = create({ definition: serverProfile(lives) });
    await simulation.start();
    const [folder = ""] = await readdir(temporary);
    for (const name of ["curl", "git", "report-job"]) await rm(join(temporary, folder, name), { force: true });
    const deadlineMs = Date.now() + 20_000;
    while (simulation.status().detail === "" && Date.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(simulation.status().detail).to.match(/^the host would not begin \d process(es)? \(ENOENT\)$/);
  });

  it("ends, and says what is left of it, when its folder cannot be removed", async () => {
    const lines: string[] = [];
    const heard = createLogger({
      name: "test",
      level: "warn",
      destination: { write: (line) => void lines.push(line) },
    });
    const simulation = create({ logger: heard });
    await simulation.start();
    const pids = pidsOf(simulation.status());
    const aside = `${temporary}-aside`;
    await rename(temporary, aside);
    // No folder is to be found below a file.
    await writeFile(temporary, "");
    try {
      await simulation.stop();
      expect((await simulation.ended).state).to.equal("over");
      expect(alive(pids)).to.deep.equal([]);
      expect(lines.join("")).to.match(/"code":"ENOTDIR".*could not be removed/);
    } finally {
      await rm(temporary);
      await rename(aside, temporary);
    }
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

  for (const [kind, processes] of [
    ["server", 12],
    ["many-names", 2_000],
  ] as const) {
    it(`ends with all its ${processes} processes when the agent is killed with SIGKILL`, async () => {
      const fixture = join(import.meta.dirname, "fixture", "owner.ts");
      const owner: ChildProcess = spawn(process.execPath, [fixture, kind, String(processes)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exited = once(owner, "exit");
      let pids: number[] = [];
      try {
        let said = "";
        owner.stdout!.setEncoding("utf8").on("data", (part: string) => {
          said += part;
        });
        while (!said.includes("\n")) await once(owner.stdout!, "data");
        pids = JSON.parse(said) as number[];
        expect(alive(pids).length).to.equal(1 + processes);
      } finally {
        owner.kill("SIGKILL");
        await exited;
      }
      await untilGone(pids);
      // The links go last, when the processes are gone.
      while ((await readdir(temporary)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }).timeout(120_000);
  }
});
