import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { TaskAction, type TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { type LoadSimulation, LoadState } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createExperimentSite, type ExperimentSite, until } from "../testing/index.ts";

after(stopTestDatabases);

describe("the service of load simulations", () => {
  let site: ExperimentSite;

  beforeEach(async () => {
    site = await createExperimentSite();
  });
  afterEach(async () => {
    await site.stop();
  });

  const realistic = { case: "profile", value: "realistic" } as const;
  const get = async (loadSimulationId: string): Promise<LoadSimulation> =>
    (await site.loads.getLoadSimulation({ loadSimulationId })).loadSimulation!;
  const untilState = (loadSimulationId: string, state: LoadState): Promise<LoadSimulation> =>
    until(`the load is in state ${state}`, async () => {
      const load = await get(loadSimulationId);
      return load.state === state && load;
    });
  const start = async (hosts: string[], over: { processes?: number } = {}): Promise<string> =>
    (await site.loads.startLoadSimulation({ hosts: { hosts }, load: realistic, ...over })).loadSimulation!
      .loadSimulationId;
  const refusal = async (call: Promise<unknown>): Promise<{ code: Code; reason: ErrorReason; message: string }> => {
    const error = await call.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    if (!(error instanceof ConnectError)) throw new Error("nothing was refused");
    const { reason, message } = fromConnectError(error);
    return { code: error.code, reason, message };
  };

  it("starts load on the hosts named, says how it stands there, and stops it", async () => {
    const [a, b, other] = [await site.addHost("a"), await site.addHost("b"), await site.addHost("c")];
    const tasks: TaskAssignment[] = [];
    a!.react = (assignment) => {
      tasks.push(assignment);
      return "do";
    };
    const { loadSimulation } = await site.loads.startLoadSimulation({
      hosts: { hosts: ["a", "b"] },
      load: realistic,
      processes: 30,
      seed: 2n ** 64n - 1n,
      maxDuration: durationFromMs(60_000),
    });
    const { loadSimulationId } = loadSimulation!;
    expect(loadSimulation!.state).to.equal(LoadState.STARTING);
    const running = await untilState(loadSimulationId, LoadState.RUNNING);
    expect(running.hosts.map(({ hostName, state }) => [hostName, state])).to.deep.equal([
      ["a", LoadState.RUNNING],
      ["b", LoadState.RUNNING],
    ]);
    expect(running).to.deep.include({ processes: 30, seed: 2n ** 64n - 1n, experimentId: "" });
    const { subject } = tasks[0]!;
    expect(subject.case).to.equal("loadSimulation");
    expect(subject.value).to.deep.include({ loadSimulationId, profile: "realistic", processes: 30 });
    expect(subject.value).to.have.nested.property("definition.others[0].name", "daemon");
    await until("the hosts' own figures", async () =>
      (await get(loadSimulationId)).hosts.every(({ processes, spawned }) => processes === 7 && spawned === 9n),
    );

    await site.loads.stopLoadSimulation({ loadSimulationId, reason: "enough" });
    const over = await untilState(loadSimulationId, LoadState.STOPPED);
    expect(over.hosts.map(({ message, processes }) => [message, processes])).to.deep.equal([
      ["enough", 0],
      ["enough", 0],
    ]);
    expect([a!.running.size, b!.running.size]).to.deep.equal([0, 0]);
    expect(other!.assigned).to.deep.equal([]);
    await site.loads.stopLoadSimulation({ loadSimulationId });
    expect(a!.assigned).to.deep.equal([`start ${loadSimulationId}`, `stop ${loadSimulationId}`]);
  });

  it("gives hosts a profile of the user's own as it is", async () => {
    const host = await site.addHost("a");
    const seen: TaskAssignment[] = [];
    host.react = (assignment) => {
      seen.push(assignment);
      return "do";
    };
    const mine = { name: "mine", defaultProcesses: 3, maxProcesses: 9, uniqueNames: true, others: [{ name: "x" }] };
    const { loadSimulation } = await site.loads.startLoadSimulation({
      hosts: { hosts: ["a"] },
      load: { case: "custom", value: mine },
    });
    await untilState(loadSimulation!.loadSimulationId, LoadState.RUNNING);
    expect(seen[0]!.subject.value).to.have.property("definition").that.deep.include({ name: "mine", maxProcesses: 9 });
    expect(loadSimulation).to.have.nested.property("profile.uniqueNames", true);
  });

  it("does the same for the same request id once", async () => {
    await site.addHost("a");
    const request = { requestId: "r-1", hosts: { hosts: ["a"] }, load: realistic };
    const first = await site.loads.startLoadSimulation(request);
    expect(await site.loads.startLoadSimulation(request)).to.deep.equal(first);
    expect((await site.loads.listLoadSimulations({})).loadSimulations.length).to.equal(1);
  });

  it("refuses to load hosts that nobody named, and profiles that nobody knows", async () => {
    await site.addHost("a");
    expect(await refusal(site.loads.startLoadSimulation({ hosts: {}, load: realistic }))).to.deep.include({
      reason: ErrorReason.INVALID_FIELD,
      message: "No host is named, and load is not put on every host by mistake. Name hosts, or labels that they have.",
    });
    const unknown = await refusal(
      site.loads.startLoadSimulation({ hosts: { hosts: ["a"] }, load: { case: "profile", value: "spiky" } }),
    );
    expect(unknown.reason).to.equal(ErrorReason.LOAD_PROFILE_NOT_FOUND);
    expect(unknown.message).to.contain("Choose one of high-cardinality, realistic");
    expect((await refusal(start(["b"]))).reason).to.equal(ErrorReason.HOST_NOT_FOUND);
    expect((await refusal(get("load-none"))).reason).to.equal(ErrorReason.LOAD_SIMULATION_NOT_FOUND);
    expect((await refusal(site.loads.startLoadSimulation({ hosts: { hosts: ["a"] } }))).code).to.equal(
      Code.InvalidArgument,
    );
    expect((await site.loads.listLoadSimulations({})).loadSimulations).to.deep.equal([]);
  });

  it("says in the agent's words why load did not start on a host, and that it runs on the others", async () => {
    const [broken] = [await site.addHost("a"), await site.addHost("b")];
    broken!.react = () => ({ fail: "no processes left" });
    const id = await start(["a", "b"]);
    const load = await until("both hosts to answer", async () => {
      const found = await get(id);
      return found.hosts.every(({ state }) => state !== LoadState.STARTING) && found;
    });
    expect(load.hosts.map(({ state, message }) => [state, message])).to.deep.equal([
      [LoadState.FAILED, "no processes left"],
      [LoadState.RUNNING, ""],
    ]);
    expect(load.state).to.equal(LoadState.RUNNING);
  });

  it("stops a load whose time is up and that did not end by itself", async () => {
    const host = await site.addHost("a");
    const id = await start(["a"]);
    await untilState(id, LoadState.RUNNING);
    site.clock.advance(600 + 20);
    const over = await untilState(id, LoadState.STOPPED);
    expect(over.hosts[0]!.message).to.equal("its time was up");
    expect(host.assigned).to.deep.equal([`start ${id}`, `stop ${id}`]);
  });

  it("tries a stop again that failed", async () => {
    const host = await site.addHost("a");
    const id = await start(["a"]);
    await untilState(id, LoadState.RUNNING);
    host.react = ({ action }) => (action === TaskAction.STOP ? { fail: "not now" } : "do");
    await site.loads.stopLoadSimulation({ loadSimulationId: id });
    const failed = await untilState(id, LoadState.FAILED);
    expect(failed.hosts[0]!.message).to.equal("not now");
    host.react = () => "do";
    site.clock.advance(31);
    await untilState(id, LoadState.STOPPED);
  });

  it("lists page by page, newest first, and only what is not over where that is asked for", async () => {
    await site.addHost("a");
    const ids = [await start(["a"]), await start(["a"]), await start(["a"])];
    await site.loads.stopLoadSimulation({ loadSimulationId: ids[1]! });
    await untilState(ids[1]!, LoadState.STOPPED);
    const listed = async (running: boolean): Promise<string[]> => {
      const found: string[] = [];
      let pageToken = "";
      do {
        const page = await site.loads.listLoadSimulations({ pageSize: 1, pageToken, running });
        found.push(...page.loadSimulations.map(({ loadSimulationId }) => loadSimulationId));
        expect(page.loadSimulations.flatMap(({ hosts }) => hosts)).to.deep.equal([]);
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return found;
    };
    expect(await listed(false)).to.deep.equal(ids.toReversed());
    expect(await listed(true)).to.deep.equal([ids[2], ids[0]]);
    const foreign = await site.loads.listLoadSimulations({ pageSize: 1 });
    const mixed = refusal(site.loads.listLoadSimulations({ pageToken: foreign.nextPageToken, running: true }));
    expect((await mixed).reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
  });

  it("shows the load of an experiment, which ends with it", async () => {
    const host = await site.addHost("a");
    const load = { profile: "realistic", processes: 5, seed: 1n };
    const { experimentId } = await site.measure(["a"], { load, scopeAccepted: true });
    const id = `${experimentId}.load`;
    const running = await untilState(id, LoadState.RUNNING);
    expect(running).to.deep.include({ experimentId, processes: 5 });
    expect((await refusal(site.loads.stopLoadSimulation({ loadSimulationId: id }))).reason).to.equal(
      ErrorReason.ILLEGAL_TRANSITION,
    );
    await site.experiments.cancelExperiment({ experimentId });
    await untilState(id, LoadState.STOPPED);
    expect(host.running.size).to.equal(0);
  });

  it("refuses an experiment whose load nobody knows before it is written down", async () => {
    await site.addHost("a");
    const { reason } = await refusal(site.createExperiment(["a"], { load: { profile: "spiky" } }));
    expect(reason).to.equal(ErrorReason.LOAD_PROFILE_NOT_FOUND);
  });

  it("lists the profiles that ship", async () => {
    const { profiles } = await site.loads.listLoadProfiles({});
    expect(profiles.map(({ name }) => name)).to.deep.equal(["high-cardinality", "realistic"]);
  });
});
