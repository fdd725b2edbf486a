import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { eventually } from "../../harness/eventually.ts";
import { seeProcesses } from "../../harness/processes.ts";
import type { FaultGroup, FaultRow } from "../fault-row.ts";
import { holdCommits } from "../hold-commits.ts";
import { createRealAgent, type RealAgent } from "../real-agent.ts";
import type { FaultSite } from "../site.ts";
import { storedTasks } from "./controllers.ts";

/** Runs with an agent of the product's own, which is gone afterwards, whatever happens. */
async function withAgent(
  site: FaultSite,
  hostName: string,
  use: (agent: RealAgent) => Promise<string>,
): Promise<string> {
  const agent = await createRealAgent(site, hostName);
  try {
    const seen = await use(agent);
    await site.settle();
    agent.recordEffects();
    return seen;
  } finally {
    await agent.stop();
  }
}

async function endOf(site: FaultSite, taskId: string): Promise<{ state: string; message: string }> {
  return eventually("the task to end", async () => {
    const [row] = await site.db.query<{ state: string; message: string; ended_at: Date | null }>(
      "SELECT state, message, ended_at FROM agent_tasks WHERE task_id = $1",
      [taskId],
    );
    return row?.ended_at == null ? undefined : row;
  });
}

const killedMidTask: FaultRow = {
  name: "agent killed (-9) in the middle of a program",
  run: (site) =>
    withAgent(site, "mid-task", async (agent) => {
      const taskId = await agent.run(600);
      await agent.untilBegun(taskId);
      await agent.kill();
      await agent.start();
      const { state, message } = await endOf(site, taskId);
      expect(state).to.equal("failed");
      expect(message).to.match(/^Interrupted/);
      expect(agent.begun(taskId)).to.equal(1);
      const left = (): string[] =>
        seeProcesses()
          .filter(({ state: is, commandLine }) => is !== "Z" && commandLine.includes("mid-task.log"))
          .map(({ commandLine }) => commandLine);
      await eventually("the program of the dead agent to be gone", () => left().length === 0 || undefined, 5_000);
      expect(readdirSync(agent.stateDir).filter((name) => name.startsWith("command-"))).to.deep.equal([]);
      const next = await agent.run(0);
      expect((await endOf(site, next)).state).to.equal("completed");
      return `reported as "${message}"; begun once, nothing of it left`;
    }),
};

const killedBeforeTheReport: FaultRow = {
  name: "agent killed (-9) after the effect, before the controller stored its report",
  run: (site) =>
    withAgent(site, "before-report", async (agent) => {
      const held = await holdCommits(site.db, "ends");
      const taskId = await agent.run(0);
      await agent.untilBegun(taskId);
      await held.untilHeld();
      await agent.kill();
      await held.abandon();
      await agent.start();
      const { state } = await endOf(site, taskId);
      expect(state).to.equal("completed");
      expect(agent.begun(taskId)).to.equal(1);
      return "told again from its journal, not run again";
    }),
};

function journalFault(name: string, hostName: string, spoil: (path: string) => void, quarantines: boolean): FaultRow {
  return {
    name,
    run: (site) =>
      withAgent(site, hostName, async (agent) => {
        const finished = [await agent.run(0), await agent.run(0), await agent.run(0)];
        for (const taskId of finished) expect((await endOf(site, taskId)).state).to.equal("completed");
        await agent.kill();
        const path = join(agent.stateDir, "journal.log");
        spoil(path);
        await agent.start();
        const next = await agent.run(0);
        expect((await endOf(site, next)).state).to.equal("completed");
        for (const taskId of finished) expect(agent.begun(taskId)).to.equal(1);
        const aside = readdirSync(agent.stateDir).filter((file) => file.startsWith("journal.log.corrupt-"));
        expect(aside).to.have.lengthOf(quarantines ? 1 : 0);
        expect(existsSync(path)).to.equal(true);
        return `${quarantines ? "set aside; " : ""}works on, and ran none of 3 finished tasks again`;
      }),
  };
}

const scriptedCrashes: FaultRow = {
  name: "agents killed at any moment: in a task, between effect and journal",
  async run(site) {
    const agents = [];
    for (let n = 0; n < 5; n++) agents.push(await site.addAgent(`crash-${n}`, { effectMs: 60 }));
    for (let n = 0; n < 60; n++) {
      const agent = agents[n % agents.length];
      if (agent === undefined) continue;
      await site.enqueue(agent.hostId, { subjectName: `subject-${n % 2}` });
      agent.observe(n);
      if (n % 6 !== 5) continue;
      await delay(site.random() * 60);
      agent.crash();
      agent.start();
    }
    await site.settle();
    const sessions = agents.reduce((sum, agent) => sum + agent.sessions, 0);
    return `60 tasks through 10 crashes, ${sessions} sessions`;
  },
};

const killedAgainAndAgain: FaultRow = {
  name: "agent killed (-9) again and again while it runs programs",
  long: true,
  run: (site) =>
    withAgent(site, "again", async (agent) => {
      const taskIds: string[] = [];
      for (let kill = 0; kill < 5; kill++) {
        for (let n = 0; n < 6; n++) taskIds.push(await agent.run(0.1));
        await delay(site.random() * 150);
        await agent.kill();
        await agent.start();
      }
      const ends = [];
      for (const taskId of taskIds) ends.push(await endOf(site, taskId));
      const completed = ends.filter(({ state }) => state === "completed").length;
      const interrupted = ends.filter(({ message }) => message.startsWith("Interrupted")).length;
      expect(completed + interrupted).to.equal(taskIds.length);
      for (const taskId of taskIds) expect(agent.begun(taskId), taskId).to.be.at.most(1);
      return `${taskIds.length} programs through 5 kills: ${completed} completed, ${interrupted} reported as interrupted, none begun twice`;
    }),
};

const stopped: FaultRow = {
  name: "an agent stopped (SIGSTOP) until it is lost, then continued",
  long: true,
  run: (site) =>
    withAgent(site, "stopped", async (agent) => {
      const beside = await site.addAgent("beside-stopped");
      const state = async () => (await site.replicas[0]?.client.fleet.getHost({ hostId: agent.hostId }))?.host?.state;
      const begun = performance.now();
      agent.signal("SIGSTOP");
      let lostMs = 0;
      const taskId = await agent.run(0);
      try {
        await eventually("the host to be lost", async () => (await state()) === HostState.LOST || undefined, 30_000);
        lostMs = performance.now() - begun;
        expect(beside.stream?.ended).to.equal(undefined);
      } finally {
        agent.signal("SIGCONT");
      }
      await eventually("the host to be back", async () => (await state()) === HostState.ONLINE || undefined, 30_000);
      expect((await endOf(site, taskId)).state).to.equal("completed");
      expect(agent.begun(taskId)).to.equal(1);
      const [stored] = await storedTasks(site, [taskId]);
      return `lost after ${(lostMs / 1000).toFixed(1)} s, back by itself; the task of meanwhile ran once, as try ${stored?.attempt}`;
    }),
};

const damage = (path: string): void => {
  const text = readFileSync(path);
  text.fill(0x5a, 20, 60);
  writeFileSync(path, text);
};

/** Agents that die, stand still, or lose their memory. */
export const agentFaults: FaultGroup = {
  name: "agents",
  replicas: 1,
  rows: [
    scriptedCrashes,
    killedMidTask,
    killedBeforeTheReport,
    journalFault("agent journal corrupt", "journal-corrupt", damage, true),
    journalFault("agent journal gone", "journal-gone", (path) => rmSync(path), false),
    killedAgainAndAgain,
    stopped,
  ],
};
