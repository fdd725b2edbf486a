import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type CommandResult, type RunningCommand, runCommand } from "../harness/phoenix-command.ts";
import { type SeenProcess, seeProcesses } from "../harness/processes.ts";
import { createSite, type Site } from "../harness/site.ts";

const processes = 1_000;
const deadlineMs = 60_000;

describe("load without an experiment, from the command line", function () {
  this.timeout(300_000);
  let site: Site;
  let agent: RunningCommand;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "phoenix-load-"));
    site = await createSite();
    await site.startServer();
    agent = await site.startAgent("web-1");
  });

  after(async () => {
    await site.close();
    rmSync(folder, { recursive: true });
  });

  const loadsim = (...args: string[]): Promise<CommandResult> =>
    runCommand(["loadsim", ...args], { PHOENIX_SERVER: site.apiUrl });

  type Shown = { loadSimulationId: string; state: string; hosts: { processes?: number; spawned?: string }[] };

  async function shown(...args: string[]): Promise<Shown> {
    const { code, stdout, stderr } = await loadsim(...args, "-o", "json");
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout).loadSimulation;
  }

  /** What the agent, or one of its own, has begun. */
  function descendants(): SeenProcess[] {
    const all = seeProcesses();
    const under = (ppid: number): SeenProcess[] =>
      all.filter((one) => one.ppid === ppid).flatMap((one) => [one, ...under(one.pid)]);
    return under(agent.child.pid ?? 0);
  }

  /** Those that still run, whoever has them now; a number given out again is another process. */
  function left(begun: readonly SeenProcess[]): SeenProcess[] {
    const words = new Map(begun.map(({ pid, commandLine }) => [pid, commandLine]));
    return seeProcesses().filter(({ pid, commandLine, state }) => state !== "Z" && words.get(pid) === commandLine);
  }

  const noneLeft = (begun: readonly SeenProcess[]): Promise<true> =>
    eventually("every process of the load to be gone", () => left(begun).length === 0 || undefined, deadlineMs);

  it("runs a thousand processes, each unlike the others, and leaves none when it is stopped", async () => {
    const startMs = performance.now();
    const load = await shown("start", "--profile", "high-cardinality", "--host", "web-1", "--wait");
    const tookMs = performance.now() - startMs;
    console.log(
      `      ${processes} processes ran ${(tookMs / 1_000).toFixed(1)} s after the command was given (goal: 30 s)`,
    );
    expect(load.state).to.equal("LOAD_STATE_RUNNING");
    const begun = descendants();
    const own = begun.flatMap(({ commandLine }) => /--instance=\S+/.exec(commandLine)?.[0] ?? []);
    expect(own).to.have.lengthOf(processes);
    expect(new Set(own).size).to.equal(processes);
    expect((await loadsim("list", "--running")).stdout).to.contain(load.loadSimulationId);

    const stopped = await shown("stop", load.loadSimulationId, "--reason", "seen enough", "--wait");
    expect(stopped.state).to.equal("LOAD_STATE_STOPPED");
    // Gone at once, not soon: this is what the host has said.
    expect(left(begun)).to.deep.equal([]);
    expect((await loadsim("list", "--running")).stdout).not.to.contain(load.loadSimulationId);
  });

  it("runs a profile from a file, and leaves nothing when its time is up", async () => {
    const file = join(folder, "mine.yaml");
    writeFileSync(
      file,
      "name: mine\ndescription: Few.\ndefault_processes: 12\nanchors: [nginx]\nothers: [{ name: session, weight: 2 }, worker]\n",
    );
    const load = await shown("start", "--file", file, "--host", "web-1", "--duration", "8s", "--wait");
    const begun = descendants();
    expect(begun.filter(({ commandLine }) => / load \d+/.test(commandLine))).to.have.lengthOf(12);
    await noneLeft(begun);
    const over = await eventually(
      "the load to be over",
      async () => {
        const now = await shown("status", load.loadSimulationId);
        return now.state === "LOAD_STATE_STOPPED" ? now : undefined;
      },
      deadlineMs,
    );
    expect(over.hosts.map(({ processes: running = 0 }) => running)).to.deep.equal([0]);
  });

  it("leaves none when the agent is killed, goes on when it is back, and can be stopped then", async () => {
    const load = await shown("start", "--profile", "high-cardinality", "--host", "web-1", "--wait");
    const begun = descendants();
    expect(begun.length).to.be.at.least(processes);
    await site.end(agent, "SIGKILL");
    await noneLeft(begun);

    agent = await site.restartAgent("web-1");
    const again = await eventually(
      "the load to run again",
      () => {
        const now = descendants();
        return now.length >= processes ? now : undefined;
      },
      deadlineMs,
    );
    expect((await shown("stop", load.loadSimulationId, "--wait")).state).to.equal("LOAD_STATE_STOPPED");
    expect(left(again)).to.deep.equal([]);
  });
});
