import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { scanProcesses } from "../oracle/index.ts";
import { readProcess, readProcessStat } from "../probes/index.ts";
import { serverProfile } from "./fixture/definitions.ts";
import { createLoadCrew, type LoadCrew } from "./load-crew.ts";
import { limitsOfHost } from "./load-limits.ts";
import type { ChaosPlan, LoadProcessPlan } from "./load-plan.ts";
import { planLoad } from "./plan-load.ts";

describe("a load crew", () => {
  let folder: string;
  let crew: LoadCrew | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "phoenix-crew-"));
  });

  afterEach(async () => {
    await crew?.stop();
    crew = undefined;
    await rm(folder, { recursive: true });
  });

  const waiting: LoadProcessPlan = { name: "nginx", shortLived: false, cpuRatio: 0, memoryBytes: 0 };

  /** Resolves when `met` holds after a change of the crew; rejects after ten seconds. */
  function untilChange(): { onChange: () => void; until: (met: () => boolean) => Promise<void> } {
    let check = (): void => {};
    return {
      onChange: () => check(),
      until: (met) =>
        new Promise((resolve, reject) => {
          const deadline = setTimeout(() => reject(new Error("not met within 10 s")), 10_000);
          check = () => {
            if (!met()) return;
            clearTimeout(deadline);
            resolve();
          };
          check();
        }),
    };
  }

  it("runs each process under its name, and leaves none after stop", async () => {
    const limits = limitsOfHost({ memoryBytes: 2 ** 34, cpuCount: 4 });
    const { plan } = planLoad({ definition: serverProfile(), processes: 20, seed: 3 }, limits);
    crew = createLoadCrew({ plan, folder });
    await crew.start();
    const members = crew.members;
    expect(members.map(({ name }) => name).sort()).to.deep.equal(plan.processes.map(({ name }) => name).sort());
    const seen = new Map((await scanProcesses()).map((sighting) => [sighting.pid, sighting.name]));
    for (const { pid, name } of members) expect(seen.get(pid)).to.equal(name);
    await crew.stop();
    await crew.stop();
    expect(crew.members).to.deep.equal([]);
    for (const { pid } of members) expect(readProcess(pid)).to.equal(undefined);
  });

  it("starts a short-lived process again under a new pid, and keeps a long-lived one", async () => {
    const { onChange, until } = untilChange();
    const short: LoadProcessPlan = { ...waiting, name: "curl", shortLived: true };
    const respawning = createLoadCrew({
      plan: { processes: [waiting, short], shortLifetimeMs: [50, 100], seed: 1 },
      folder,
      onChange,
    });
    crew = respawning;
    await respawning.start();
    const [longBefore, shortBefore] = respawning.members;
    await until(() => respawning.spawned >= 5 && respawning.members.length === 2);
    const pidOf = (name: string): number => respawning.members.find((member) => member.name === name)!.pid;
    expect(pidOf("nginx")).to.equal(longBefore!.pid);
    expect(pidOf("curl")).to.not.equal(shortBefore!.pid);
    expect(readProcess(shortBefore!.pid)).to.equal(undefined);
  });

  it("begins processes at the rate of its plan, keeps within its most, and leaves none", async () => {
    const { onChange, until } = untilChange();
    const short = { ...waiting, name: "make", shortLived: true };
    const churn = { spawnsPerSecond: 40, choices: [{ weight: 1, process: short }], mostAlive: 6 };
    const churning = createLoadCrew({
      plan: { processes: [waiting], shortLifetimeMs: [200, 400], seed: 1, churn },
      folder,
      onChange,
    });
    crew = churning;
    const pids = new Set<number>();
    await churning.start();
    await until(() => {
      expect(churning.members.length).to.be.at.most(1 + 6);
      for (const { pid } of churning.members) pids.add(pid);
      return churning.spawned >= 20;
    });
    await churning.stop();
    expect(pids.size).to.be.at.least(10);
    for (const pid of pids) expect(readProcess(pid)).to.equal(undefined);
  });

  it("says why the host began none, and begins them once it can", async () => {
    const { onChange, until } = untilChange();
    const short = { ...waiting, name: "make", shortLived: true };
    const churn = { spawnsPerSecond: 40, choices: [{ weight: 1, process: short }], mostAlive: 6 };
    const absent = join(folder, "absent");
    const refused = createLoadCrew({
      plan: { processes: [], shortLifetimeMs: [200, 400], seed: 1, churn },
      folder: absent,
      onChange,
    });
    crew = refused;
    expect(refused.refusal).to.equal("");
    const poll = setInterval(onChange, 20);
    try {
      await refused.start();
      await until(() => refused.refused >= 2);
      expect([refused.spawned, refused.refusal]).to.deep.equal([0, "ENOENT"]);
      await mkdir(absent);
      await until(() => refused.spawned >= 1);
    } finally {
      clearInterval(poll);
    }
  });

  const calm: ChaosPlan = {
    killsPerMinute: 0,
    cpuSpikesPerMinute: 0,
    cpuSpikeRatio: 0,
    memorySpikesPerMinute: 0,
    memorySpikeBytes: 0,
    spikeDurationMs: 300,
    stressNg: false,
  };

  it("kills processes of a plan with chaos and begins them anew", async () => {
    const { onChange, until } = untilChange();
    const chaotic = createLoadCrew({
      plan: {
        processes: [waiting, { ...waiting, name: "sshd" }],
        shortLifetimeMs: [1, 2],
        seed: 1,
        chaos: { ...calm, killsPerMinute: 600 },
      },
      folder,
      onChange,
    });
    crew = chaotic;
    await chaotic.start();
    const before = chaotic.members.map(({ pid }) => pid);
    await until(() => {
      const { members } = chaotic;
      return members.length === 2 && members.every(({ pid }) => !before.includes(pid));
    });
    expect(chaotic.members.map(({ name }) => name)).to.have.members(["nginx", "sshd"]);
  });

  it("has spikes of memory and CPU that end by themselves and come again, one of each kind at a time", async () => {
    const { onChange, until } = untilChange();
    const bytes = 24 * 1024 * 1024;
    const spiky = createLoadCrew({
      plan: {
        processes: [waiting],
        shortLifetimeMs: [1, 2],
        seed: 1,
        chaos: {
          ...calm,
          cpuSpikesPerMinute: 300,
          cpuSpikeRatio: 0.05,
          memorySpikesPerMinute: 300,
          memorySpikeBytes: bytes,
        },
      },
      folder,
      onChange,
    });
    crew = spiky;
    const seen = new Map<string, Set<number>>();
    let largest = 0;
    await spiky.start();
    const poll = setInterval(onChange, 20);
    await until(() => {
      const spikes = spiky.members.filter(({ name }) => name.endsWith("-spike"));
      expect(new Set(spikes.map(({ name }) => name)).size).to.equal(spikes.length);
      for (const { name, pid } of spikes) {
        seen.set(name, (seen.get(name) ?? new Set()).add(pid));
        if (name === "memory-spike") largest = Math.max(largest, readProcess(pid)?.rssBytes ?? 0);
      }
      const often = ["cpu-spike", "memory-spike"].every((name) => (seen.get(name)?.size ?? 0) >= 2);
      return often && largest >= bytes;
    }).finally(() => clearInterval(poll));
    await spiky.stop();
    for (const pid of [...seen.values()].flatMap((pids) => [...pids])) expect(readProcess(pid)).to.equal(undefined);
  });

  it("uses CPU, and no more of it than planned", async () => {
    const busy: LoadProcessPlan = { ...waiting, cpuRatio: 0.1 };
    crew = createLoadCrew({ plan: { processes: [busy, busy], shortLifetimeMs: [1, 2], seed: 1 }, folder });
    const begunMs = performance.now();
    await crew.start();
    const cpuSeconds = (): number =>
      crew!.members.reduce((sum, { pid }) => sum + (readProcess(pid)?.cpuSeconds ?? 0), 0);
    const deadlineMs = begunMs + 20_000;
    // A condition, not a pause: there is nothing to hear when CPU time passes.
    while (cpuSeconds() < 0.3 && performance.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const used = cpuSeconds();
    expect(used).to.be.at.least(0.3);
    // The kernel counts in ticks of 10 ms, and a start costs a few.
    expect(used / ((performance.now() - begunMs) / 1_000)).to.be.below(0.2 + 0.06);
  });

  it("fills the memory it was told to", async () => {
    const large: LoadProcessPlan = { ...waiting, name: "java", memoryBytes: 8 * 1024 * 1024 };
    const { onChange, until } = untilChange();
    crew = createLoadCrew({ plan: { processes: [large], shortLifetimeMs: [1, 2], seed: 1 }, folder, onChange });
    await crew.start();
    const poll = setInterval(onChange, 20);
    const pid = crew.members[0]!.pid;
    await until(() => readProcess(pid)!.rssBytes > 8 * 1024 * 1024).finally(() => clearInterval(poll));
    expect(readProcess(pid)!.rssBytes).to.be.below(64 * 1024 * 1024);
  });

  /** Children of this test under the name of the waiting process. */
  async function children(): Promise<number[]> {
    const pids = (await scanProcesses()).filter(({ name }) => name === waiting.name).map(({ pid }) => pid);
    return pids.filter((pid) => readProcessStat(pid)?.parentPid === process.pid);
  }

  it("ends what it has started when it is stopped while starting", async () => {
    const starting = createLoadCrew({
      plan: { processes: Array<LoadProcessPlan>(30).fill(waiting), shortLifetimeMs: [1, 2], seed: 1 },
      folder,
    });
    crew = starting;
    const start = starting.start();
    while ((await children()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await starting.stop();
    await start;
    expect(starting.members).to.deep.equal([]);
    expect(await children()).to.deep.equal([]);
  });

  it("rejects the start when a process cannot be run, and stop ends the others", async () => {
    const impossible: LoadProcessPlan = { ...waiting, name: "no/such" };
    const broken = createLoadCrew({
      plan: { processes: [waiting, impossible], shortLifetimeMs: [1, 2], seed: 1 },
      folder,
    });
    crew = broken;
    const error = await broken.start().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect((error as Error).message).to.match(/ENOENT/);
    expect((await children()).length).to.equal(1);
    await broken.stop();
    expect(await children()).to.deep.equal([]);
  });
});
