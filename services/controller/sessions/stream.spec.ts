import { status } from "@grpc/grpc-js";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { componentsDigest } from "@phoenix/platform/components";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { readFigures } from "../fleet/index.ts";
import { enqueueTask } from "../tasks/index.ts";
import { connectAgent, createFleetSite, type FleetSite, type ScriptedAgent, until } from "../testing/index.ts";

after(stopTestDatabases);

describe("an agent on a stream", () => {
  let site: FleetSite;
  let host: { hostId: string; credential: string };
  const agents: ScriptedAgent[] = [];

  const dial = (credential = host.credential, port = site.fleet.agentServer.port): ScriptedAgent => {
    const agent = connectAgent(port, credential);
    agents.push(agent);
    return agent;
  };
  const meet = async (...args: Parameters<typeof dial>): Promise<ScriptedAgent> => {
    const agent = dial(...args);
    await agent.next("welcome");
    agent.hello();
    return agent;
  };
  /** An agent that lives: it heartbeats, with the tries it works on, until the test is over. */
  const keepAlive = (agent: ScriptedAgent, workingOn: Parameters<ScriptedAgent["heartbeat"]>[0] = []) => {
    const timer = setInterval(() => agent.ended === undefined && agent.heartbeat(workingOn), 100);
    timers.push(timer);
  };
  const timers: NodeJS.Timeout[] = [];
  const observation = (variant: string) => ({
    hostId: "somebody else",
    experimentId: "e1",
    variant,
    measurement: { windowStart: { seconds: 60n }, windowSeconds: 60 },
  });

  beforeEach(async () => {
    site = await createFleetSite();
    host = await site.enroll("host-1");
  });
  afterEach(async () => {
    for (const timer of timers.splice(0)) clearInterval(timer);
    for (const agent of agents.splice(0)) agent.kill();
    await site.stop();
  });

  it("hears the controller first, introduces itself, and is online with what it said", async () => {
    const agent = dial();
    const welcome = await agent.next("welcome");
    expect(welcome).to.include({ hostId: host.hostId, session: 1n });
    const active = { collectorId: "active", state: CollectorState.HEALTHY, configDigest: "b".repeat(64) };
    agent.say({ case: "hello", value: { facts: { hostName: "host-1", cpuCount: 2 }, collectors: [active] } });
    const stored = await until("the host shows its collector", async () => {
      const got = await site.users.getHost({ hostId: "host-1" });
      return got.host?.collectors.length === 1 && got.host;
    });
    expect(stored.state).to.equal(HostState.ONLINE);
    expect(stored.facts?.cpuCount).to.equal(2);
    expect(site.statuses.map(({ hostId, status: { state } }) => [hostId, state])).to.deep.equal([
      [host.hostId, CollectorState.HEALTHY],
    ]);
    agent.say({ case: "collectorStatus", value: { ...active, state: CollectorState.STOPPED } });
    await until("the stopped collector is gone", async () => {
      const got = await site.users.getHost({ hostId: host.hostId });
      return got.host?.collectors.length === 0;
    });
    expect(site.statuses.at(-1)?.status.state).to.equal(CollectorState.STOPPED);
  });

  it("has its collectors' figures stored soon after a heartbeat brought them", async () => {
    const agent = await meet();
    const figures = [{ collectorId: "active", measureTime: { seconds: 999n }, activeSeries: 77n, retentionRatio: 1 }];
    agent.say({ case: "heartbeat", value: { agentTime: { seconds: 1_000n }, figures } });
    const stored = await until("they are stored", async () =>
      (await readFigures(site.db, [host.hostId])).get(host.hostId),
    );
    expect(stored).to.have.lengthOf(1);
    expect(stored[0]).to.include({ collectorId: "active", activeSeries: 77n, retentionRatio: 1 });
  });

  it("is asked what its collector contains where nobody told yet, once for all that have the same", async () => {
    const contained = {
      receivers: ["host_metrics"],
      processors: ["batch"],
      exporters: [],
      connectors: [],
      extensions: [],
    };
    const facts = {
      hostName: "host-1",
      collectorComponentsDigest: componentsDigest(contained),
      collectorVersion: "1.0",
    };
    const agent = dial();
    await agent.next("welcome");
    agent.say({ case: "hello", value: { facts } });
    await agent.next("reportComponents");
    const silent = await site.users.listHostComponents({});
    expect(silent.groups).to.have.length(1);
    expect(silent.groups[0]).to.deep.include({ componentsDigest: facts.collectorComponentsDigest, hostCount: 1 });
    expect(silent.groups[0]?.components).to.equal(undefined);

    const other = { ...contained, receivers: ["kafka"] };
    const foreign = await site
      .agentCalls(host.credential)
      .reportComponents({ components: other })
      .catch(fromConnectError);
    expect(foreign).to.have.property("reason", ErrorReason.INVALID_FIELD);
    await site.agentCalls(host.credential).reportComponents({ components: contained });

    const second = await site.enroll("host-2");
    const old = await site.enroll("host-3");
    const twin = dial(second.credential);
    await twin.next("welcome");
    twin.say({ case: "hello", value: { facts: { ...facts, hostName: "host-2" } } });
    await until("both are known", async () => {
      const { groups } = await site.users.listHostComponents({});
      return groups.some(({ hostCount, components }) => hostCount === 2 && components !== undefined);
    });
    expect(twin.heard.map(({ message }) => message.case)).not.to.include("reportComponents");
    const { groups } = await site.users.listHostComponents({});
    expect(groups.map(({ hostNames, components }) => [hostNames, components?.receivers])).to.deep.equal([
      [["host-1", "host-2"], ["host_metrics"]],
      [["host-3"], undefined],
    ]);
    expect(groups[0]?.collectorVersions).to.deep.equal(["1.0"]);
    const named = await site.users.listHostComponents({ hosts: ["host-2", old.hostId] });
    expect(named.groups.map(({ hostCount }) => hostCount)).to.deep.equal([1, 1]);
    const unknown = await site.users.listHostComponents({ hosts: ["nowhere"] }).catch(fromConnectError);
    expect(unknown).to.have.property("reason", ErrorReason.HOST_NOT_FOUND);
    const shown = await site.users.getHost({ hostId: "host-2", withComponents: true });
    expect(shown.host?.facts?.collectorComponentsDigest).to.equal(facts.collectorComponentsDigest);
    expect(shown.components?.processors).to.deep.equal(["batch"]);
    expect((await site.users.getHost({ hostId: "host-2" })).components).to.equal(undefined);
  });

  it("gets a task at once, works and reports; the end is told once", async () => {
    const agent = await meet();
    await until("it is online", async () => (await site.hostState(host.hostId)) === "online");
    const taskId = await site.enqueue(host.hostId);
    const assignment = await agent.next("taskAssignment");
    expect(assignment).to.include({ taskId, attempt: 1 });
    agent.report(assignment, AttemptState.RUNNING);
    await until("the task runs", async () => (await site.stateOf(taskId)) === "running");
    agent.report(assignment, AttemptState.COMPLETED, { message: "healthy" });
    agent.report(assignment, AttemptState.COMPLETED, { message: "healthy" });
    await until("the duplicate was heard", async () =>
      (await site.metricsText()).includes('phoenix_task_reports_total{verdict="duplicate"} 1'),
    );
    expect(await site.stateOf(taskId)).to.equal("completed");
    expect(site.ended.map((task) => [task.taskId, task.state, task.message])).to.deep.equal([
      [taskId, "completed", "healthy"],
    ]);
  });

  it("keeps its lease by heartbeats that name the try", async () => {
    const agent = await meet();
    const taskId = await site.enqueue(host.hostId);
    const assignment = await agent.next("taskAssignment");
    agent.report(assignment, AttemptState.RUNNING);
    keepAlive(agent, [assignment]);
    // Longer than the lease: what ends a wait here is the lease of a second task that nobody renews.
    const forgotten = await site.enqueue(host.hostId, { subjectName: "other" });
    await agent.next("taskAssignment");
    await until("the other try lapsed", async () => {
      const rows = await site.db.query(`select from agent_task_attempts where task_id = $1 and outcome = 'lapsed'`, [
        forgotten,
      ]);
      return rows.length > 0;
    });
    await until("it is given again", async () => (await agent.next("taskAssignment")).attempt === 2);
    expect(await site.stateOf(taskId)).to.equal("running");
    agent.report(assignment, AttemptState.COMPLETED);
    await until("the first task is done", async () => (await site.stateOf(taskId)) === "completed");
  });

  it("killed in the middle of a task gets it again under a newer token, and the old one counts no more (I2, I3)", async () => {
    const first = await meet();
    const taskId = await site.enqueue(host.hostId);
    const lost = await first.next("taskAssignment");
    first.report(lost, AttemptState.RUNNING);
    await until("the task runs", async () => (await site.stateOf(taskId)) === "running");
    first.kill();
    const second = await meet();
    const again = await second.next("taskAssignment");
    expect(again).to.include({ taskId, attempt: 2 });
    expect(again.leaseToken > lost.leaseToken).to.equal(true);
    second.report(lost, AttemptState.COMPLETED, { message: "late" });
    await until("the late report was refused", async () =>
      (await site.metricsText()).includes('phoenix_task_reports_total{verdict="stale"} 1'),
    );
    expect(await site.stateOf(taskId)).to.equal("assigned");
    second.report(again, AttemptState.COMPLETED, { message: "done" });
    await until("the task is done", async () => (await site.stateOf(taskId)) === "completed");
    expect(site.ended.map((task) => task.message)).to.deep.equal(["done"]);
  });

  it("gone for good loses its lease, and the task waits for it (I1)", async () => {
    const agent = await meet();
    const taskId = await site.enqueue(host.hostId);
    await agent.next("taskAssignment");
    agent.kill();
    await until("the lease lapsed", async () => (await site.stateOf(taskId)) === "pending");
    await until("the host is lost", async () => (await site.hostState(host.hostId)) === "lost");
  });

  it("back with an unfinished try goes on under its lease", async () => {
    const first = await meet();
    const taskId = await site.enqueue(host.hostId);
    const assignment = await first.next("taskAssignment");
    first.kill();
    await until("the lease lapsed", async () => (await site.stateOf(taskId)) === "pending");
    const second = dial();
    await second.next("welcome");
    second.hello([assignment]);
    await until("the try is taken up", async () => (await site.stateOf(taskId)) === "running");
    second.report(assignment, AttemptState.COMPLETED);
    await until("the task is done", async () => (await site.stateOf(taskId)) === "completed");
    expect(site.ended.map((task) => task.attempt)).to.deep.equal([1]);
  });

  it("is replaced by a newer session, on another replica too", async () => {
    const first = await meet();
    const second = await meet();
    expect((await first.end()).code).to.equal(status.ABORTED);
    const replica = await site.addReplica();
    const third = await meet(host.credential, replica.agentServer.port);
    keepAlive(third);
    keepAlive(second);
    expect((await second.end()).code).to.equal(status.ABORTED);
    const taskId = await site.enqueue(host.hostId);
    expect((await third.next("taskAssignment")).taskId).to.equal(taskId);
    expect(await site.metricsText()).to.contain(
      'phoenix_agent_session_endings_total{cause="newer-session",host="replaced"} 2',
    );
  });

  it("gets its observations acknowledged once they are stored, under its own host id (I6)", async () => {
    const agent = await meet();
    keepAlive(agent);
    site.benchmark.available = false;
    agent.say({ case: "observations", value: { batchId: 7n, observations: [observation("baseline")] } });
    await until("the benchmark was asked", () => site.benchmark.calls === 1);
    site.benchmark.available = true;
    agent.say({ case: "observations", value: { batchId: 8n, observations: [observation("candidate")] } });
    expect((await agent.next("observationAck")).batchId).to.equal(8n);
    expect(agent.heard).to.deep.equal([]);
    agent.say({ case: "observations", value: { batchId: 7n, observations: [observation("baseline")] } });
    expect((await agent.next("observationAck")).batchId).to.equal(7n);
    expect(site.benchmark.stored.map((stored) => [stored.hostId, stored.variant])).to.deep.equal([
      [host.hostId, "candidate"],
      [host.hostId, "baseline"],
    ]);
  });

  it("is told of a cancel, and the task ends with its answer", async () => {
    const agent = await meet();
    const taskId = await site.enqueue(host.hostId);
    const assignment = await agent.next("taskAssignment");
    keepAlive(agent, [assignment]);
    await site.users.cancelTask({ taskId, reason: "changed my mind" });
    expect(await agent.next("taskCancel")).to.include({ taskId, reason: "changed my mind" });
    agent.report(assignment, AttemptState.CANCELLED);
    await until("the task is cancelled", async () => (await site.stateOf(taskId)) === "cancelled");
  });

  it("never gets a task that expired while it was away", async () => {
    const expired = await site.enqueue(host.hostId, { expiresInMs: 1 });
    await until("the task expired", async () => (await site.stateOf(expired)) === "expired");
    const agent = await meet();
    const fresh = await site.enqueue(host.hostId);
    expect((await agent.next("taskAssignment")).taskId).to.equal(fresh);
    expect(site.ended.map((task) => [task.taskId, task.state])).to.deep.equal([[expired, "expired"]]);
  });

  it("departs with a goodbye", async () => {
    const agent = await meet();
    agent.say({ case: "goodbye", value: { reason: "maintenance" } });
    expect((await agent.end()).code).to.equal(status.OK);
    expect(await site.hostState(host.hostId)).to.equal("departed");
  });

  it("is lost when its heartbeats stop, and told so", async () => {
    const agent = await meet();
    expect((await agent.end()).code).to.equal(status.UNAVAILABLE);
    await until("the host is lost", async () => (await site.hostState(host.hostId)) === "lost");
  });

  it("is refused without a credential, and cut off when its host is deleted", async () => {
    expect((await dial("nobody").end()).code).to.equal(status.UNAUTHENTICATED);
    const agent = await meet();
    const taskId = await site.enqueue(host.hostId);
    await agent.next("taskAssignment");
    await site.users.deleteHost({ hostId: host.hostId });
    expect((await agent.end()).code).to.equal(status.UNAUTHENTICATED);
    expect((await dial().end()).code).to.equal(status.UNAUTHENTICATED);
    expect(await site.stateOf(taskId)).to.equal("cancelled");
  });

  it("breaks the protocol with a first word that is no Hello, or a number out of order", async () => {
    const rude = dial();
    rude.heartbeat();
    expect((await rude.end()).code).to.equal(status.INVALID_ARGUMENT);
    const jumpy = await meet();
    jumpy.sayNumbered(5n, { case: "heartbeat", value: {} });
    expect((await jumpy.end()).code).to.equal(status.INVALID_ARGUMENT);
    expect((await dial().end()).code).to.equal(status.DEADLINE_EXCEEDED);
  });

  it("that stops reading is cut off, and nobody else with it", async () => {
    const sleeper = await meet();
    const other = await site.enroll("host-2");
    const reader = await meet(other.credential);
    keepAlive(sleeper);
    keepAlive(reader);
    sleeper.freeze();
    const argv = Array.from({ length: 64 }, () => "x".repeat(800));
    await site.db.transaction(async (tx) => {
      for (let n = 0; n < 700; n++) {
        const subject = { case: "command", value: { argv } } as const;
        await enqueueTask(tx, {
          hostId: host.hostId,
          kind: "command",
          action: TaskAction.EXECUTE,
          subject,
          subjectName: `c${n}`,
        });
      }
    });
    await until("the sleeper is cut off", async () => (await site.metricsText()).includes('cause="slow-reader"'));
    const taskId = await site.enqueue(other.hostId);
    expect((await reader.next("taskAssignment")).taskId).to.equal(taskId);
  }).timeout(15_000);

  it("is asked to come back when the server stops", async () => {
    const agent = await meet();
    keepAlive(agent);
    const stopping = site.fleet.stop();
    const drain = await agent.next("drain");
    expect(drain.retryAfter?.seconds).to.equal(1n);
    expect((await agent.end()).code).to.equal(status.OK);
    await stopping;
  });
});
