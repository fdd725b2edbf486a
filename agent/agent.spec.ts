import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { findCollector } from "@phoenix/collector";
import { LoadStatusSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { AttemptState, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { componentsDigest } from "@phoenix/platform/components";
import { expect } from "chai";
import { readProcess } from "./probes/index.ts";
import { eventually } from "./scripted-controller/index.ts";
import { type AgentSite, createAgentSite, digest, enrollmentToken } from "./testing/agent-site.ts";

const { COMPLETED } = AttemptState;

describe("the agent", function () {
  this.timeout(90_000);
  let site: AgentSite;

  before(async function () {
    this.timeout(900_000);
    await findCollector();
  });
  beforeEach(async () => {
    site = await createAgentSite();
  });
  afterEach(async () => {
    expect(await site.close(), "collectors left behind").to.deep.equal([]);
  });

  for (const transport of ["stream", "poll"] as const) {
    it(`by ${transport}${transport === "poll" ? " through a proxy that knows HTTP/1.1 alone" : ""}: enrols, runs and measures a collector, dies, adopts it, loses nothing, and leaves nothing`, async () => {
      const first = site.startAgent(transport, enrollmentToken);
      await eventually("the first hello", () => site.controller.hellos.length > 0, 30_000);
      const told = site.controller.hellos[0]?.facts?.collectorComponentsDigest ?? "";
      expect(told).to.match(/^[0-9a-f]{64}$/);
      site.controller.requestComponents();
      const contained = await eventually("what the collector contains", () => site.controller.components[0], 20_000);
      expect(contained.receivers).to.include("host_metrics");
      expect(componentsDigest(contained)).to.equal(told);
      const identity = join(site.directory, "identity.json");
      expect((await stat(identity)).mode & 0o777).to.equal(0o600);
      expect(await readFile(identity, "utf8")).to.not.contain(enrollmentToken);

      site.assignCollector("start", TaskAction.START);
      expect(await site.report("start")).to.include({ state: COMPLETED, fromJournal: false });
      // On a busy machine the collector starts, and scrapes first, in a window after the first complete one.
      const window = await eventually(
        "a complete window of a running collector in which a must-keep process was seen and reported",
        () =>
          site
            .complete()
            .find(
              ({ collectorUp, mustKeep }) =>
                collectorUp && mustKeep.some(({ oracleSeen, reported }) => oracleSeen && reported),
            ),
        20_000,
      );
      expect(Number(window.activeSeries)).to.be.greaterThan(10);
      expect(window.configDigest).to.equal(digest);

      site.controller.acknowledging = false;
      const before = site.controller.batches.length;
      const unacknowledged = await eventually(
        "an observation that is not acknowledged",
        () => site.controller.batches[before]?.observations[0]?.measurement?.windowStart?.seconds,
        20_000,
      );
      site.controller.requestFullState();
      const pid = await eventually("the collector's pid", () => site.collectorPids()[0]);
      await site.kill(first);
      expect(readProcess(pid)?.zombie).to.equal(false);

      site.controller.acknowledging = true;
      const hellos = site.controller.hellos.length;
      const second = site.startAgent(transport);
      const hello = await eventually("the next hello", () => site.controller.hellos[hellos], 30_000);
      expect(hello.collectors.map((status) => [status.collectorId, status.pid, status.configDigest])).to.deep.equal([
        ["e.baseline", pid, digest],
      ]);
      await eventually(
        "the window of before",
        () => site.windows().some(({ windowStart }) => windowStart?.seconds === unacknowledged),
        20_000,
      );
      const restarted = Number(hello.collectors[0]?.startTime?.seconds ?? 0n);
      expect(restarted).to.be.greaterThan(0);
      const known = site.complete().length;
      await eventually("more complete windows", () => site.complete().length > known + 1, 20_000);
      // The window of the restart tells that it is not whole.
      expect(site.windows().filter((one) => !one.complete && one.incompleteReason !== "")).to.not.deep.equal([]);

      site.assignCollector("start", TaskAction.START, 2);
      await eventually("the answer from the journal", () =>
        site.controller.updates.some(({ attempt, fromJournal }) => attempt === 2 && fromJournal),
      );
      site.assignCollector("stop", TaskAction.STOP);
      expect((await site.report("stop")).state).to.equal(COMPLETED);
      await eventually("the collector's end", () => readProcess(pid)?.zombie !== false);

      second.child.kill("SIGTERM");
      await second.ended;
      expect(site.controller.goodbyes).to.have.length(1);
      expect(site.controller.goodbyes[0]?.stoppingCollectors).to.equal(true);
    });
  }

  it("measures on while the controller is away at its start, and delivers when it is back", async () => {
    const first = site.startAgent("stream", enrollmentToken);
    await eventually("the hello", () => site.controller.hellos.length > 0, 30_000);
    site.assignCollector("start", TaskAction.START);
    await site.report("start");
    site.controller.requestFullState();
    await eventually("the collector's pid", () => site.collectorPids()[0]);
    await site.kill(first);
    await site.controller.kill();

    const second = site.startAgent("stream");
    await eventually("the agent to run", () => second.said().includes("the agent runs"), 30_000);
    const awayFrom = BigInt(Math.floor(Date.now() / 1000));
    await eventually("three more windows", () => BigInt(Math.floor(Date.now() / 1000)) > awayFrom + 3n);
    await site.controller.start();
    await eventually(
      "a complete window of the time away",
      () =>
        site
          .complete()
          .some(({ windowStart }) => windowStart!.seconds > awayFrom && windowStart!.seconds <= awayFrom + 3n),
      30_000,
    );
  });

  it("goes on with a load simulation after it was killed, and ends it when stopped", async () => {
    const first = site.startAgent("stream", enrollmentToken);
    await eventually("the hello", () => site.controller.hellos.length > 0, 30_000);
    const loadSimulationId = "load-1";
    const definition = { name: "idle", defaultProcesses: 5, maxProcesses: 5, others: [{ name: "waiter" }] };
    site.controller.assign({
      taskId: "load",
      attempt: 1,
      leaseToken: 1n,
      action: TaskAction.START,
      subject: { case: "loadSimulation", value: { loadSimulationId, definition, processes: 5, seed: 1n } },
    });
    expect(await site.report("load")).to.include({ state: COMPLETED });
    await site.kill(first);
    const hellos = site.controller.hellos.length;
    const second = site.startAgent("stream");
    const hello = await eventually("the next hello", () => site.controller.hellos[hellos], 30_000);
    expect(hello.loadSimulations).to.deep.equal([loadSimulationId]);
    const beats = site.controller.heartbeats.length;
    await eventually("a heartbeat", () => site.controller.heartbeats.length > beats, 30_000);
    expect(site.controller.heartbeats.at(-1)?.loads).to.deep.include.members([
      create(LoadStatusSchema, { loadSimulationId, processes: 5, spawned: 5n }),
    ]);
    second.child.kill("SIGTERM");
    await second.ended;
  });
});
