import { setTimeout as delay } from "node:timers/promises";
import { AttemptState } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { expect } from "chai";
import { connectAgent } from "../../../services/controller/testing/index.ts";
import { eventually } from "../../harness/eventually.ts";
import type { FaultGroup, FaultRow } from "../fault-row.ts";
import { holdCommits } from "../hold-commits.ts";
import type { FaultSite } from "../site.ts";

type StoredTask = { task_id: string; state: string; attempt: number };

/** The newest tasks as they are stored. */
export async function storedTasks({ db }: FaultSite, taskIds: readonly string[]): Promise<StoredTask[]> {
  return db.query<StoredTask>("SELECT task_id, state, attempt FROM agent_tasks WHERE task_id = ANY($1)", [taskIds]);
}

/** Enqueues a task for each of some subjects of one host. */
async function enqueueSome(site: FaultSite, hostId: string, count: number): Promise<string[]> {
  const taskIds: string[] = [];
  for (let n = 0; n < count; n++) taskIds.push(await site.enqueue(hostId, { subjectName: `subject-${n}` }));
  return taskIds;
}

async function firstReplica({ replicas: [first] }: FaultSite) {
  if (first === undefined) throw new Error("the site has no controller");
  return first;
}

const attemptsOf = (tasks: readonly StoredTask[]): number[] => tasks.map(({ attempt }) => attempt);

const beforeTheClaim: FaultRow = {
  name: "controller killed (-9) before the claim commits",
  async run(site) {
    const controller = await firstReplica(site);
    const agent = await site.addAgent("before-claim");
    const held = await holdCommits(site.db, "claims");
    const taskIds = await enqueueSome(site, agent.hostId, 5);
    await held.untilHeld();
    await controller.kill();
    await held.abandon();
    for (const { state, attempt } of await storedTasks(site, taskIds)) {
      expect([state, attempt]).to.deep.equal(["pending", 0]);
    }
    await controller.start();
    await site.settle();
    const attempts = attemptsOf(await storedTasks(site, taskIds));
    expect(attempts).to.deep.equal([1, 1, 1, 1, 1]);
    expect(agent.given.map(({ taskId }) => taskId)).to.have.members(taskIds);
    return "5 tasks still queued, each pushed once after the restart";
  },
};

const afterTheCommit: FaultRow = {
  name: "controller killed (-9) after the claim's commit, before the stream write",
  async run(site) {
    const controller = await firstReplica(site);
    const agent = await site.addAgent("after-commit");
    const held = await holdCommits(site.db, "claims");
    const taskIds = await enqueueSome(site, agent.hostId, 5);
    await held.untilHeld();
    await controller.kill();
    await held.release();
    const claimed = await eventually("the claim to commit", async () => {
      const tasks = await storedTasks(site, taskIds);
      return tasks.some(({ state }) => state === "assigned") ? tasks : undefined;
    });
    const lost = claimed.filter(({ state }) => state === "assigned").length;
    const begun = performance.now();
    await controller.start();
    await site.settle();
    const tookMs = performance.now() - begun;
    expect(tookMs).to.be.lessThan(12_000);
    const again = attemptsOf(await storedTasks(site, taskIds)).filter((attempt) => attempt === 2);
    expect(again).to.have.lengthOf(lost);
    return `${lost} claimed tries nobody got; each given as try 2, done once, ${(tookMs / 1000).toFixed(1)} s after the restart began`;
  },
};

const beforeTheAck: FaultRow = {
  name: "controller killed (-9) after the push, before the ack is stored",
  async run(site) {
    const controller = await firstReplica(site);
    const agent = await site.addAgent("before-ack");
    const held = await holdCommits(site.db, "ends");
    const taskIds = await enqueueSome(site, agent.hostId, 5);
    await eventually("every effect", () => agent.done.size === taskIds.length || undefined);
    await held.untilHeld();
    await controller.kill();
    await held.abandon();
    const open = (await storedTasks(site, taskIds)).filter(({ state }) => state !== "completed").length;
    expect(open).to.be.greaterThan(0);
    await controller.start();
    await site.settle();
    expect(agent.done.size, "effects").to.equal(taskIds.length);
    return `${open} of 5 ends not stored; reported again from the journal, no effect twice`;
  },
};

/** A controller stands still while its agent goes elsewhere and its try is given to someone else. */
function pausedPast(name: string, pauseMs: number, long: boolean): FaultRow {
  return {
    name,
    long,
    async run(site) {
      const [first, second] = site.replicas;
      if (first === undefined || second === undefined) throw new Error("two controllers are needed");
      const hostName = `paused-${pauseMs}`;
      const { hostId, credential } = await site.enroll(hostName);
      const { history } = site;
      const old = connectAgent(first.proxy.port, credential, hostName);
      const before = await old.next("welcome");
      history.record({ kind: "session-opened", hostId, session: before.session });
      old.hello();
      const taskId = await site.enqueue(hostId);
      const one = await old.next("taskAssignment");
      const tryOf = { hostId, taskId, attempt: one.attempt, leaseToken: one.leaseToken, session: before.session };
      history.record({ kind: "assigned", ...tryOf });
      first.pause();
      // It lies in the buffers of a process that stands still.
      old.report(one, AttemptState.COMPLETED, { message: "report late" });
      const current = connectAgent(second.proxy.port, credential, hostName);
      const after = await current.next("welcome");
      history.record({ kind: "session-opened", hostId, session: after.session });
      current.hello();
      const two = await current.next("taskAssignment");
      expect([two.taskId, two.attempt]).to.deep.equal([taskId, one.attempt + 1]);
      const beating = setInterval(() => current.heartbeat([two]), 1_000);
      try {
        history.record({ kind: "report-sent", reportId: "late", ...tryOf, state: "completed" });
        history.record({ kind: "assigned", ...tryOf, attempt: two.attempt, leaseToken: two.leaseToken });
        await delay(pauseMs);
        first.resume();
        await eventually(
          "the late report to be refused",
          () => first.output().includes("a report of a task was refused") || undefined,
        );
        await old.end();
        const [stored] = await storedTasks(site, [taskId]);
        expect(stored?.state).to.be.oneOf(["assigned", "running"]);
        history.record({ kind: "effect-begun", ...tryOf, attempt: two.attempt, resumed: false });
        history.record({ kind: "effect-ended", ...tryOf, attempt: two.attempt, done: true });
        current.report(two, AttemptState.COMPLETED, { message: "report in-time" });
        await site.settle();
      } finally {
        clearInterval(beating);
        old.kill();
        current.kill();
      }
      return `stood still for ${pauseMs / 1000} s; its late report was refused, try ${two.attempt} counted`;
    },
  };
}

const twoAtOnce: FaultRow = {
  name: "two controllers at once",
  async run(site) {
    const agents = [];
    for (let n = 0; n < 6; n++) agents.push(await site.addAgent(`both-${n}`, { replica: n % 2, failRatio: 0.03 }));
    const before = site.history.entries.length;
    for (let n = 0; n < 90; n++) {
      const agent = agents[n % agents.length];
      if (agent === undefined) continue;
      await site.enqueue(agent.hostId, { subjectName: `subject-${n % 3}` });
      agent.observe(n);
      if (n % 15 === 14) {
        site.moveAgent(agent, n % 2);
        site.replicas[n % 2 === 0 ? 0 : 1]?.proxy.cut();
      }
    }
    await site.settle();
    const given = site.history.entries.slice(before).filter(({ kind }) => kind === "assigned").length;
    const sessions = agents.reduce((sum, agent) => sum + agent.sessions, 0);
    return `90 tasks over two controllers in ${given} tries and ${sessions} sessions, one effect each`;
  },
};

const killedAgainAndAgain: FaultRow = {
  name: "controllers killed (-9) again and again under load",
  long: true,
  async run(site) {
    const agents = [];
    for (let n = 0; n < 10; n++) agents.push(await site.addAgent(`load-${n}`, { replica: n % 2, failRatio: 0.05 }));
    let tasks = 0;
    for (let kill = 0; kill < 6; kill++) {
      const controller = site.replicas[kill % 2];
      for (let n = 0; n < 40; n++) {
        const agent = agents[n % agents.length];
        if (agent === undefined) continue;
        await site.enqueue(agent.hostId, { subjectName: `subject-${n % 4}` });
        agent.observe(n);
        tasks += 1;
      }
      await delay(site.random() * 300);
      await controller?.kill();
      await controller?.start();
    }
    await site.settle(120_000);
    return `${tasks} tasks through 6 kills`;
  },
};

/** Controllers that die, stand still, or are two. */
export const controllerFaults: FaultGroup = {
  name: "controllers",
  replicas: 2,
  rows: [
    beforeTheClaim,
    afterTheCommit,
    beforeTheAck,
    pausedPast("controller stopped, then continued after its sessions were taken over", 500, false),
    pausedPast("controller stopped past its leases, then continued", 13_000, true),
    twoAtOnce,
    killedAgainAndAgain,
  ],
};
