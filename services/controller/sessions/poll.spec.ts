import { type Client, Code, createClient } from "@connectrpc/connect";
import { AgentService } from "@phoenix/gen/phoenix/agent/v1/agent_service_pb.ts";
import { AttemptState, type TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { componentsDigest } from "@phoenix/platform/components";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { createRemoteTransport } from "@phoenix/platform/rpc";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createFleetSite, type FleetSite } from "../testing/index.ts";

after(stopTestDatabases);

const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => fromConnectError(error),
  );

for (const protocol of ["grpc", "connect-http1"] as const) {
  describe(`an agent that polls by ${protocol === "grpc" ? "gRPC" : "Connect over HTTP/1.1"}`, () => {
    let site: FleetSite;
    let host: { hostId: string; credential: string };
    let agent: Client<typeof AgentService>;
    let session: bigint;
    let beats: NodeJS.Timeout;
    let working: TaskAssignment[];

    const begin = async (): Promise<bigint> => {
      const { welcome } = await agent.sendHeartbeat({ hello: { facts: { hostName: "host-1" } } });
      return welcome!.session;
    };
    const poll = () => agent.pollTasks({ session, wait: { seconds: 5n } });
    const report = (assignment: TaskAssignment, state: AttemptState) => {
      const { taskId, attempt, leaseToken } = assignment;
      return agent.reportTask({ session, update: { taskId, attempt, leaseToken, state } });
    };
    const beat = async () => {
      const workingOn = working.map(({ taskId, attempt, leaseToken }) => ({ taskId, attempt, leaseToken }));
      await agent.sendHeartbeat({ session, heartbeat: { workingOn } });
    };

    beforeEach(async () => {
      site = await createFleetSite();
      host = await site.enroll("host-1");
      agent = site.agentCalls(host.credential, protocol);
      session = await begin();
      working = [];
      // A beat that a test's own end of the session overtakes is refused, and that is right.
      beats = setInterval(() => void beat().catch(() => undefined), 100);
    });
    afterEach(async () => {
      clearInterval(beats);
      await site.stop();
    });

    it("gets a task while its poll waits, reports it, and the end is told once", async () => {
      const waiting = poll();
      const taskId = await site.enqueue(host.hostId);
      const [assignment] = (await waiting).assignments;
      expect(assignment).to.include({ taskId, attempt: 1 });
      working.push(assignment!);
      await report(assignment!, AttemptState.RUNNING);
      expect(await site.stateOf(taskId)).to.equal("running");
      await report(assignment!, AttemptState.COMPLETED);
      await report(assignment!, AttemptState.COMPLETED);
      expect(site.ended.map((task) => [task.taskId, task.state])).to.deep.equal([[taskId, "completed"]]);
    });

    it("is asked what its collector contains by its next poll", async () => {
      const contained = { receivers: ["otlp"], processors: [], exporters: [], connectors: [], extensions: [] };
      const collectorComponentsDigest = componentsDigest(contained);
      const { welcome } = await agent.sendHeartbeat({
        hello: { facts: { hostName: "host-1", collectorComponentsDigest } },
      });
      session = welcome!.session;
      expect((await poll()).reportComponents).to.equal(true);
      await agent.reportComponents({ components: contained });
      const { components } = await site.users.getHost({ hostId: host.hostId, withComponents: true });
      expect(components?.receivers).to.deep.equal(["otlp"]);
    });

    it("gets several tasks of one look in one answer, and none when there are none", async () => {
      await Promise.all([1, 2, 3].map((n) => site.enqueue(host.hostId, { subjectName: `s${n}` })));
      const got: TaskAssignment[] = [];
      while (got.length < 3) {
        got.push(...(await poll()).assignments);
        working.splice(0, working.length, ...got);
      }
      expect(got).to.have.length(3);
      expect(await agent.pollTasks({ session, wait: { nanos: 20_000_000 } })).to.deep.include({ assignments: [] });
    });

    it("silent about a try loses its lease, and its late report is refused (I3)", async () => {
      const taskId = await site.enqueue(host.hostId);
      const [lost] = (await poll()).assignments;
      const [again] = (await poll()).assignments;
      expect(again).to.include({ taskId, attempt: 2 });
      const refusal = await refusalOf(report(lost!, AttemptState.COMPLETED));
      expect(refusal?.reason).to.equal(ErrorReason.STALE_TOKEN);
      await report(again!, AttemptState.COMPLETED);
      expect(site.ended.map((task) => task.attempt)).to.deep.equal([2]);
    });

    it("is fenced by a newer session", async () => {
      const waiting = refusalOf(poll());
      const old = session;
      const newer = await begin();
      expect(newer).to.equal(old + 1n);
      expect((await waiting)?.code).to.equal(Code.Aborted);
      const stale = [
        poll(),
        agent.sendHeartbeat({ session: old, heartbeat: {} }),
        agent.pushObservations({ session: old, observations: [observation] }),
        agent.reportTask({ session: old, update: { taskId: "t", attempt: 1, state: AttemptState.RUNNING } }),
        agent.sendHeartbeat({ session: 0n, heartbeat: {} }),
      ];
      const reasons = (await Promise.all(stale.map(refusalOf))).map((refusal) => refusal?.reason);
      expect(new Set(reasons)).to.deep.equal(new Set([ErrorReason.STALE_TOKEN]));
    });

    const observation = { variant: "baseline", measurement: { windowStart: { seconds: 60n }, windowSeconds: 60 } };

    it("has its observations stored when the answer says so, and only then", async () => {
      site.benchmark.available = false;
      const refusal = await refusalOf(agent.pushObservations({ session, observations: [observation] }));
      expect(refusal?.reason).to.equal(ErrorReason.SERVICE_UNAVAILABLE);
      expect(site.benchmark.stored).to.deep.equal([]);
      site.benchmark.available = true;
      await agent.pushObservations({ session, observations: [observation] });
      expect(site.benchmark.stored.map((stored) => stored.hostId)).to.deep.equal([host.hostId]);
    });

    it("is told of a cancel", async () => {
      const taskId = await site.enqueue(host.hostId);
      const [assignment] = (await poll()).assignments;
      working.push(assignment!);
      const waiting = poll();
      await site.users.cancelTask({ taskId, reason: "no" });
      expect((await waiting).cancels.map((cancel) => cancel.taskId)).to.deep.equal([taskId]);
      await report(assignment!, AttemptState.CANCELLED);
      expect(await site.stateOf(taskId)).to.equal("cancelled");
    });

    it("may ask another replica, which then gives it its work", async () => {
      const replica = await site.addReplica();
      const remote = createRemoteTransport(`http://127.0.0.1:${replica.agentServer.port}`, { protocol });
      const headers = { authorization: `Bearer ${host.credential}` };
      const waiting = createClient(AgentService, remote).pollTasks({ session, wait: { seconds: 5n } }, { headers });
      const taskId = await site.enqueue(host.hostId);
      const { assignments } = await waiting;
      remote.close();
      expect(assignments.map((assignment) => assignment.taskId)).to.deep.equal([taskId]);
    });

    it("departs with a goodbye, and the session is over", async () => {
      clearInterval(beats);
      await agent.sendHeartbeat({ session, goodbye: { reason: "maintenance" } });
      expect(await site.hostState(host.hostId)).to.equal("departed");
    });

    it("is let go when the server stops", async () => {
      const taskId = await site.enqueue(host.hostId);
      const [assignment] = (await poll()).assignments;
      expect(assignment?.taskId).to.equal(taskId);
      const next = refusalOf(poll());
      await site.fleet.stop();
      const refusal = await next;
      // Answered without work when it waited already, refused when it came later; never left to hang.
      expect(refusal === null || refusal.code === Code.Unavailable).to.equal(true);
    });

    it("fetches a configuration by digest, and the pipelines are asked once", async () => {
      const configDigest = "c".repeat(64);
      expect((await refusalOf(agent.fetchConfig({ configDigest })))?.reason).to.equal(ErrorReason.CONFIG_NOT_FOUND);
      site.pipelines.configs.set(configDigest, "receivers: {}");
      for (let n = 0; n < 3; n++) {
        const { config } = await agent.fetchConfig({ configDigest });
        expect(Buffer.from(config).toString()).to.equal("receivers: {}");
      }
      expect(site.pipelines.calls).to.equal(2);
    });

    it("renews its credential; the old one ends when the new one is used", async () => {
      clearInterval(beats);
      const { credential } = await agent.renewCredential({});
      await agent.sendHeartbeat({ session, heartbeat: {} });
      await site.agentCalls(credential, protocol).sendHeartbeat({ session, heartbeat: {} });
      const refusal = await refusalOf(agent.sendHeartbeat({ session, heartbeat: {} }));
      expect(refusal?.reason).to.equal(ErrorReason.CREDENTIAL_REJECTED);
    });
  });
}
