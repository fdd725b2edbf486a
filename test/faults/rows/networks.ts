import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import type { NewTask } from "../../../services/controller/tasks/index.ts";
import { eventually } from "../../harness/eventually.ts";
import { startCommand } from "../../harness/phoenix-command.ts";
import type { FaultGroup, FaultRow } from "../fault-row.ts";
import type { TcpProxy, Weather } from "../proxy.ts";
import type { ScriptedAgent } from "../scripted-agent.ts";
import type { FaultSite } from "../site.ts";
import { digestOf } from "../version-digest.ts";
import { timeDispatch } from "./databases.ts";

/** The bad network is before the first controller; the agents of the second have a good one. */
function proxyOf({ replicas: [first] }: FaultSite): TcpProxy {
  if (first === undefined) throw new Error("the site has no controller");
  return first.proxy;
}

let names = 0;

/** Three agents on the bad network, and one on the good one. */
async function addAgents(site: FaultSite): Promise<{ troubled: ScriptedAgent[]; other: ScriptedAgent }> {
  const name = `network-${++names}`;
  const troubled = [];
  for (let n = 0; n < 3; n++) troubled.push(await site.addAgent(`${name}-${n}`));
  return { troubled, other: await site.addAgent(`${name}-other`, { replica: 1 }) };
}

async function load(site: FaultSite, agents: readonly ScriptedAgent[], count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const agent = agents[n % agents.length];
    if (agent === undefined) continue;
    await site.enqueue(agent.hostId, { subjectName: `network-${n % 3}` });
    agent.observe(n);
  }
}

function badWeather(name: string, weather: Weather, count: number): FaultRow {
  return {
    name,
    async run(site) {
      const { troubled, other } = await addAgents(site);
      const proxy = proxyOf(site);
      proxy.setWeather(weather);
      try {
        // Also new connections have to get through it.
        proxy.cut();
        await load(site, troubled, count);
        const otherMs = await timeDispatch(site, other, "other");
        const begun = performance.now();
        await site.settle();
        const tookMs = performance.now() - begun;
        expect(otherMs, "another agent's dispatch").to.be.lessThan(1_500);
        return `${count} tasks and observations through, the last ${(tookMs / 1000).toFixed(1)} s later; another agent had its task in ${otherMs.toFixed(0)} ms`;
      } finally {
        proxy.setWeather({});
      }
    },
  };
}

function broken(name: string, breakAll: (proxy: TcpProxy) => void): FaultRow {
  return {
    name,
    async run(site) {
      const { troubled, other } = await addAgents(site);
      const proxy = proxyOf(site);
      const sessionsBefore = troubled.map((agent) => agent.sessions);
      for (let round = 0; round < 5; round++) {
        await load(site, troubled, 9);
        breakAll(proxy);
        await delay(100 + site.random() * 200);
      }
      const otherMs = await timeDispatch(site, other, "other");
      await site.settle();
      const sessions = troubled.reduce((sum, agent, n) => sum + agent.sessions - (sessionsBefore[n] ?? 0), 0);
      expect(sessions, "agents that redialled").to.be.greaterThan(3);
      return `45 tasks through 5 breaks and ${sessions} new sessions; another agent had its task in ${otherMs.toFixed(0)} ms`;
    },
  };
}

const shortBlackHole: FaultRow = {
  name: "network black hole of a second and a half",
  async run(site) {
    const { troubled, other } = await addAgents(site);
    const proxy = proxyOf(site);
    await load(site, troubled, 6);
    proxy.setWeather({ blackHole: true });
    await load(site, troubled, 12);
    const otherMs = await timeDispatch(site, other, "other");
    await delay(1_500);
    proxy.setWeather({});
    await site.settle();
    return `nothing lost; another agent had its task in ${otherMs.toFixed(0)} ms meanwhile`;
  },
};

const longBlackHole: FaultRow = {
  name: "network black hole until both ends notice",
  long: true,
  async run(site) {
    const { other } = await addAgents(site);
    const [first] = site.replicas;
    if (first === undefined) throw new Error("the site has no controller");
    const { secret } = await first.client.fleet.createEnrollmentToken({ maxUses: 1 });
    const hostName = "in-the-dark";
    const address = `127.0.0.1:${first.proxy.port}`;
    const agent = startCommand(
      ["agent", "--controller", address, "--state-dir", `${site.folder}/${hostName}`, "--host-name", hostName],
      { PHOENIX_ENROLLMENT_TOKEN: secret },
    );
    const state = async (): Promise<HostState | undefined> =>
      (await first.client.fleet.getHost({ hostId: hostName })).host?.state;
    try {
      await eventually("the agent to be online", async () => (await state()) === HostState.ONLINE || undefined);
      first.proxy.setWeather({ blackHole: true });
      const begun = performance.now();
      const agentSaid = agent.output().length;
      const otherMs = await timeDispatch(site, other, "in-the-dark");
      let serverMs = 0;
      let agentMs = 0;
      await eventually(
        "both ends to notice",
        async () => {
          if (serverMs === 0 && (await state()) === HostState.LOST) serverMs = performance.now() - begun;
          if (agentMs === 0 && agent.output().slice(agentSaid).includes("dialling again")) {
            agentMs = performance.now() - begun;
          }
          return (serverMs > 0 && agentMs > 0) || undefined;
        },
        90_000,
      );
      first.proxy.setWeather({});
      await eventually("the agent to be back", async () => (await state()) === HostState.ONLINE || undefined, 40_000);
      expect(agent.child.exitCode).to.equal(null);
      return `the server noticed after ${(serverMs / 1000).toFixed(1)} s, the agent after ${(agentMs / 1000).toFixed(1)} s; another agent had its task in ${otherMs.toFixed(0)} ms; back by itself`;
    } finally {
      first.proxy.setWeather({});
      agent.child.kill("SIGTERM");
      await agent.result;
    }
  },
};

/** Resident memory of a process, in MiB. */
async function residentMib(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** A task of 10 KB: a few of them fill what networks and operating systems hold for a reader. */
function largeTask(subjectName: string, version: number): Partial<NewTask> {
  const mustKeep = Array.from({ length: 20 }, () => "x".repeat(500));
  const measurement = { experimentId: "large", variant: "baseline", windowSeconds: 60, mustKeep };
  const value = { collectorId: subjectName, configDigest: digestOf(version), measurement };
  return { subjectName, subject: { case: "collector", value } };
}

const neverReads: FaultRow = {
  name: "an agent that never reads",
  long: true,
  async run(site) {
    const { troubled, other } = await addAgents(site);
    const [sleeper, ...awake] = troubled;
    const [first] = site.replicas;
    if (sleeper === undefined || first === undefined) throw new Error("the site is empty");
    const stopHeart = setInterval(() => sleeper.stream?.heartbeat(), 1_000);
    const sessions = sleeper.sessions;
    const beforeMib = await residentMib(first.pid());
    sleeper.freeze();
    const begun = performance.now();
    try {
      for (let n = 0; n < 400; n++) await site.enqueue(sleeper.hostId, largeTask(`large-${n}`, n + 1));
      // It does not read that either: the server's log knows.
      const isCutOff = (): true | undefined => first.output().includes('"cause":"slow-reader"') || undefined;
      await eventually("it to be cut off", isCutOff, 60_000);
    } finally {
      clearInterval(stopHeart);
    }
    const cutMs = performance.now() - begun;
    const afterMib = await residentMib(first.pid());
    for (const [n, agent] of awake.entries()) await timeDispatch(site, agent, `awake-${n}`);
    const otherMs = await timeDispatch(site, other, "other");
    expect(awake.map((agent) => agent.stream?.ended)).to.deep.equal([undefined, undefined]);
    expect(afterMib - beforeMib).to.be.lessThan(80);
    sleeper.thaw();
    await eventually("it to be back", () => sleeper.sessions > sessions || undefined);
    await site.settle(120_000);
    return `cut off alone after ${(cutMs / 1000).toFixed(1)} s with 400 tasks of 10 KB waiting; server memory ${beforeMib.toFixed(0)} → ${afterMib.toFixed(0)} MiB; another agent had its task in ${otherMs.toFixed(0)} ms`;
  },
};

/** Networks that cut, delay, squeeze and swallow. */
export const networkFaults: FaultGroup = {
  name: "the network",
  replicas: 2,
  rows: [
    broken("connections reset (RST)", (proxy) => proxy.reset()),
    broken("connections cut by a proxy", (proxy) => proxy.cut()),
    badWeather("slices of 7 bytes", { sliceBytes: 7 }, 30),
    badWeather("latency of 200 ms ± 100", { latencyMs: 200, jitterMs: 100 }, 8),
    badWeather("bandwidth of 64 KB/s", { bytesPerSecond: 65_536, sliceBytes: 1_460 }, 60),
    shortBlackHole,
    longBlackHole,
    neverReads,
  ],
};
