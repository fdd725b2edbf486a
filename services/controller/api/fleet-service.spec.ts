import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { HostState, TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import type { WatchHostsResponse } from "@phoenix/gen/phoenix/controller/v1/fleet_service_pb.ts";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { findHosts, getActivePipelines, isQuarantined, quarantineConfig, setActivePipeline } from "../fleet/index.ts";
import { createFleetSite, type FleetSite } from "../testing/index.ts";

after(stopTestDatabases);

const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => fromConnectError(error).reason,
  );

describe("FleetService", () => {
  let site: FleetSite;
  beforeEach(async () => {
    site = await createFleetSite();
  });
  afterEach(() => site.stop());

  const labelled = async (hostName: string, labels: Record<string, string>) => {
    const { hostId } = await site.enroll(hostName);
    await site.users.updateHost({ hostId, labels, updateMask: { paths: ["labels"] } });
    return hostId;
  };

  it("lists hosts by name in pages, filtered by labels and state", async () => {
    for (const name of ["c", "a", "b"]) await labelled(name, { env: name === "c" ? "prod" : "test" });
    const first = await site.users.listHosts({ pageSize: 2 });
    expect(first.hosts.map((host) => host.facts?.hostName)).to.deep.equal(["a", "b"]);
    const second = await site.users.listHosts({ pageSize: 2, pageToken: first.nextPageToken });
    expect(second.hosts.map((host) => host.facts?.hostName)).to.deep.equal(["c"]);
    expect(second.nextPageToken).to.equal("");
    const prod = await site.users.listHosts({ labels: { env: "prod" } });
    expect(prod.hosts.map((host) => host.facts?.hostName)).to.deep.equal(["c"]);
    expect((await site.users.listHosts({ states: [HostState.ONLINE] })).hosts).to.deep.equal([]);
    expect((await site.users.listHosts({ states: [HostState.ENROLLED] })).hosts).to.have.length(3);
    const foreign = site.users.listTasks({ pageToken: first.nextPageToken });
    expect(await reasonOf(foreign)).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
    expect(await reasonOf(site.users.listHosts({ pageToken: "%" }))).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
  });

  it("counts hosts by how they are and what they run, those with some labels too", async () => {
    const digest = "d".repeat(64);
    const collector = (over: object) => ({
      collectorId: "active",
      state: "COLLECTOR_STATE_HEALTHY",
      configDigest: digest,
      ...over,
    });
    const told: Record<string, object[]> = {
      a: [collector({}), collector({ collectorId: "e.candidate", state: "COLLECTOR_STATE_STOPPED" })],
      b: [collector({})],
      c: [collector({}), collector({ collectorId: "e.candidate", state: "COLLECTOR_STATE_FAILED" })],
      // Not yet what it is to run, and not told to run anything.
      d: [collector({ configDigest: "e".repeat(64) })],
      e: [collector({})],
    };
    for (const [name, collectors] of Object.entries(told)) {
      const hostId = await labelled(name, { env: name < "c" ? "prod" : "test" });
      const experimentId = name === "b" ? null : "exp-1";
      if (name !== "e") {
        await site.db.transaction((tx) =>
          setActivePipeline(tx, hostId, { pipeline: "p", configDigest: digest, experimentId }),
        );
      }
      await site.db.query(
        "UPDATE agent_status SET state = 'online', session = 1, last_seen_at = now(), facts = '{}', collectors = $2 WHERE host_id = $1",
        [hostId, JSON.stringify(collectors)],
      );
    }
    await labelled("f", { env: "test" });
    const nameOf = (state: HostState) =>
      state === HostState.ONLINE ? "online" : HostState.ENROLLED === state && "new";
    const count = async (anyOf: { labels: Record<string, string> }[]) =>
      (await site.users.countHosts({ anyOf })).counts.map(
        ({ state, collectorsWell, pipeline, experimentId, hosts }) =>
          `${hosts} ${nameOf(state)} ${collectorsWell ? "well" : "ill"} ${pipeline} ${experimentId}`,
      );
    const prod = ["1 online well p ", "1 online well p exp-1"];
    expect(await count([{ labels: { env: "prod" } }])).to.deep.equal(prod);
    expect(await count([{ labels: { env: "prod", zone: "z" } }])).to.deep.equal([]);
    const all = ["2 online well  ", "1 new well  ", "1 online ill p exp-1", ...prod];
    expect(await count([])).to.deep.equal(all);
    expect(await count([{ labels: { env: "prod" } }, { labels: { env: "test" } }]), "each once").to.deep.equal(all);
  });

  it("changes labels once per request id, and not against an old etag", async () => {
    const { hostId } = await site.enroll("a");
    const { host } = await site.users.getHost({ hostId: "a" });
    const request = {
      requestId: "r1",
      hostId,
      etag: host!.etag,
      labels: { x: "1" },
      updateMask: { paths: ["labels"] },
    };
    const first = await site.users.updateHost(request);
    expect(await site.users.updateHost(request)).to.deep.equal(first);
    expect(first.host?.etag).to.not.equal(host?.etag);
    expect(await reasonOf(site.users.updateHost({ ...request, requestId: "r2" }))).to.equal(ErrorReason.ETAG_MISMATCH);
    expect(await reasonOf(site.users.updateHost({ ...request, labels: {} }))).to.equal(ErrorReason.REQUEST_ID_REUSED);
    const draining = { ...request, requestId: "r3", updateMask: { paths: ["draining"] } };
    expect(await reasonOf(site.users.updateHost(draining))).to.equal(ErrorReason.INVALID_FIELD);
  });

  it("drains: waiting work is called off, new work refused, until the drain ends", async () => {
    const { hostId } = await site.enroll("a");
    const start = await site.enqueue(hostId);
    const stop = await site.enqueue(hostId, { action: TaskAction.STOP });
    expect((await site.users.drainHost({ hostId, draining: true })).host?.draining).to.equal(true);
    expect(await site.stateOf(start)).to.equal("cancelled");
    expect(await site.stateOf(stop)).to.equal("pending");
    expect(await reasonOf(site.enqueue(hostId))).to.equal(ErrorReason.HOST_DRAINING);
    await site.users.drainHost({ hostId, draining: false });
    await site.enqueue(hostId);
    expect(site.ended.map((task) => [task.taskId, task.message])).to.deep.equal([[start, "the host is draining"]]);
  });

  it("tells the tasks that it calls off why a host is drained or forgotten", async () => {
    const { hostId } = await site.enroll("a");
    await site.enqueue(hostId);
    await site.users.drainHost({ hostId, draining: true, reason: "a new disk" });
    await site.users.drainHost({ hostId, draining: false, reason: "it is in" });
    await site.enqueue(hostId);
    await site.users.deleteHost({ hostId, reason: "it is sold" });
    expect(site.ended.map(({ message }) => message)).to.deep.equal([
      "the host is draining: a new disk",
      "the host was deleted: it is sold",
    ]);
    const long = site.users.drainHost({ hostId, draining: true, reason: "x".repeat(1025) });
    expect(await reasonOf(long)).to.equal(ErrorReason.INVALID_FIELD);
  });

  it("forgets a host, its tasks end and stay listed", async () => {
    const { hostId } = await site.enroll("a");
    const taskId = await site.enqueue(hostId);
    await site.users.deleteHost({ requestId: "r1", hostId: "a" });
    await site.users.deleteHost({ requestId: "r1", hostId: "a" });
    expect(await reasonOf(site.users.getHost({ hostId }))).to.equal(ErrorReason.HOST_NOT_FOUND);
    const { tasks } = await site.users.listTasks({ hostId });
    expect(tasks.map((task) => [task.taskId, task.state])).to.deep.equal([[taskId, TaskState.CANCELLED]]);
  });

  it("lists tasks newest first in pages, by experiment and state", async () => {
    const { hostId } = await site.enroll("a");
    const ids: string[] = [];
    for (const experimentId of ["e1", "e1", "e2"]) {
      ids.unshift(await site.enqueue(hostId, { experimentId, subjectName: `s${ids.length}` }));
    }
    await site.users.cancelTask({ taskId: ids[0]!, reason: "no" });
    const first = await site.users.listTasks({ hostId: "a", pageSize: 2 });
    expect(first.tasks.map((task) => task.taskId)).to.deep.equal(ids.slice(0, 2));
    const second = await site.users.listTasks({ hostId: "a", pageSize: 2, pageToken: first.nextPageToken });
    expect(second.tasks.map((task) => task.taskId)).to.deep.equal(ids.slice(2));
    expect((await site.users.listTasks({ experimentId: "e1" })).tasks).to.have.length(2);
    const cancelled = await site.users.listTasks({ states: [TaskState.CANCELLED] });
    expect(cancelled.tasks.map((task) => [task.taskId, task.message])).to.deep.equal([[ids[0], "no"]]);
    expect((await site.users.getTask({ taskId: ids[1]! })).task?.subject).to.equal("s1");
    expect(await reasonOf(site.users.cancelTask({ taskId: "none" }))).to.equal(ErrorReason.TASK_NOT_FOUND);
  });

  it("streams all hosts, then each one that changes, and nothing of other labels", async () => {
    const watched = await labelled("a", { env: "test" });
    await labelled("b", { env: "prod" });
    const over = new AbortController();
    const stream = site.users.watchHosts({ labels: { env: "test" } }, { signal: over.signal })[Symbol.asyncIterator]();
    const next = async () => ((await stream.next()).value as WatchHostsResponse).host;
    expect((await next())?.hostId).to.equal(watched);
    await site.users.drainHost({ hostId: "b", draining: true });
    await site.users.drainHost({ hostId: "a", draining: true });
    expect(await next()).to.include({ hostId: watched, draining: true });
    await site.db.transaction((tx) =>
      setActivePipeline(tx, watched, { pipeline: "p", configDigest: "d".repeat(64), experimentId: null }),
    );
    expect((await next())?.activePipeline).to.include({ wantedDigest: "d".repeat(64), runningDigest: "" });
    over.abort();
  });

  it("ends watches when the server stops", async () => {
    const stream = site.users.watchHosts({})[Symbol.asyncIterator]();
    const next = stream.next();
    await site.fleet.stop();
    expect((await next).done).to.equal(true);
  });
});

describe("what experiments ask of the fleet", () => {
  let site: FleetSite;
  beforeEach(async () => {
    site = await createFleetSite();
  });
  afterEach(() => site.stop());

  it("finds hosts by id, name and labels, and says which are unknown", async () => {
    const a = await site.enroll("a");
    await site.enroll("b");
    await site.users.updateHost({ hostId: "b", labels: { env: "test" }, updateMask: { paths: ["labels"] } });
    const named = await findHosts(site.db, { hosts: [a.hostId, "b", "nobody"], labels: {} });
    expect(named.found.map((host) => host.hostName)).to.deep.equal(["a", "b"]);
    expect(named.unknown).to.deep.equal(["nobody"]);
    const both = await findHosts(site.db, { hosts: ["a", "b"], labels: { env: "test" } });
    expect(both.found.map((host) => host.hostName)).to.deep.equal(["b"]);
    expect(both.unknown).to.deep.equal([]);
    const byLabel = await findHosts(site.db, { hosts: [], labels: { env: "test" } });
    expect(byLabel.found.map((host) => host.hostName)).to.deep.equal(["b"]);
    expect((await findHosts(site.db, { hosts: [], labels: {} })).found).to.deep.equal([]);
  });

  it("sets what a host is to run and gives what it was to run before", async () => {
    const { hostId } = await site.enroll("a");
    const set = (configDigest: string | null) =>
      site.db.transaction((tx) =>
        setActivePipeline(tx, hostId, (configDigest && { pipeline: "p", configDigest, experimentId: "e1" }) || null),
      );
    const [one, two] = ["1".repeat(64), "2".repeat(64)];
    expect(await set(one)).to.deep.equal({ previous: null });
    expect((await set(two)).previous?.configDigest).to.equal(one);
    expect((await getActivePipelines(site.db, [hostId])).get(hostId)).to.include({
      configDigest: two,
      experimentId: "e1",
    });
    expect((await set(null)).previous?.configDigest).to.equal(two);
    expect(await getActivePipelines(site.db, [hostId])).to.deep.equal(new Map());
  });

  it("remembers why a configuration is quarantined", async () => {
    const digest = "3".repeat(64);
    expect(await isQuarantined(site.db, digest)).to.equal(null);
    await site.db.transaction((tx) => quarantineConfig(tx, digest, "rolled back"));
    expect(await isQuarantined(site.db, digest)).to.equal("rolled back");
  });
});
