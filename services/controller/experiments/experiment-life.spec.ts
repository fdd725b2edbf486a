import type { MessageInitShape } from "@bufbuild/protobuf";
import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  ExperimentOutcome,
  ExperimentPhase,
  ExportMode,
  type LoadSpecSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createExperimentSite, type ExperimentSite, noteScrapeIntervals, until } from "../testing/index.ts";

after(stopTestDatabases);

describe("the life of an experiment", () => {
  let site: ExperimentSite;

  beforeEach(async () => {
    site = await createExperimentSite();
  });
  afterEach(async () => {
    await site.stop();
  });

  it("starts load and both arms on every host, measures, and ends with the verdict", async () => {
    const hosts = [await site.addHost("a"), await site.addHost("b"), await site.addHost("c")];
    site.analytics.decide = ({ final }) =>
      site.analytics.requests.length < 3 && !final ? Decision.CONTINUE : Decision.PROMOTE;
    const load = { profile: "realistic", processes: 7, seed: 42n };
    const { experimentId, measureTime } = await site.measure(["a", "b", "c"], { load });
    for (const host of hosts) {
      expect([...host.running.keys()].toSorted()).to.deep.equal(
        ["baseline", "candidate", "load"].map((name) => `${experimentId}.${name}`),
      );
      expect(host.assigned[0], "load first").to.equal(`start ${experimentId}.load`);
    }
    expect(Number(measureTime!.seconds) % 5, "a start of a window").to.equal(0);
    expect(measureTime!.seconds * 1000n > BigInt(site.clock.now.getTime())).to.equal(true);

    const over = await site.runToEnd(experimentId);
    expect(over.phase).to.equal(ExperimentPhase.COMPLETED);
    expect(over.outcome).to.equal(ExperimentOutcome.UNSPECIFIED);
    expect(over.phaseReason).to.equal(
      `scripted decision ${Decision.PROMOTE}. The arms run on for a decision, for 30 minutes at most.`,
    );
    expect(over.verdicts.map((verdict) => verdict.decision)).to.deep.equal([Decision.PROMOTE]);
    expect(over.verdicts[0]!.steps, "kept light").to.deep.equal([]);
    expect(over.hosts.map((host) => host.runningDigests.candidate)).to.deep.equal(
      Array(3).fill(over.configDigests.candidate),
    );
    expect(over.productionIntervalSeconds).to.deep.equal({ baseline: 15, candidate: 15 });
    expect(hosts[0]!.running.has(`${experimentId}.candidate`), "arms wait for a decision").to.equal(true);
    const types = await site.eventTypes(experimentId);
    expect(types.filter((type) => type !== "COLLECTOR_CHANGED")).to.deep.equal([
      "CREATED",
      "PHASE_CHANGED",
      "PHASE_CHANGED",
      "ANALYZED",
      "ANALYZED",
      "ANALYZED",
      "PHASE_CHANGED",
      "PHASE_CHANGED",
    ]);
    const first = site.analytics.requests[0]!;
    expect(first.hostIds).to.have.members(hosts.map((host) => host.hostId));
    expect(first.configDigests).to.deep.equal(over.configDigests);
    expect(site.analytics.requests.map((request) => request.final)).to.deep.equal([false, false, false, true]);
  });

  it("gives hosts a load of one's own as the experiment has it, and lists it without its roles", async () => {
    const host = await site.addHost("a");
    const given: TaskAssignment["subject"][] = [];
    host.react = ({ subject }) => {
      if (subject.case === "loadSimulation") given.push(subject);
      return "do";
    };
    const custom = { name: "mine", defaultProcesses: 3, maxProcesses: 9, uniqueNames: true, others: [{ name: "x" }] };
    const { experimentId } = await site.measure(["a"], { load: { custom, processes: 5, seed: 8n } });
    expect(given[0]?.value).to.deep.include({ profile: "mine", processes: 5, seed: 8n });
    expect(given[0]?.value).to.have.property("definition").that.deep.include({ maxProcesses: 9, uniqueNames: true });
    expect(given[0]?.value).to.have.nested.property("definition.others[0].name", "x");
    const loads = await site.loads.listLoadSimulations({});
    expect(loads.loadSimulations.map(({ profile }) => [profile?.name, profile?.others])).to.deep.equal([["mine", []]]);
    const whole = await site.get(experimentId);
    expect(whole.spec?.load).to.have.nested.property("custom.others[0].name", "x");
    const { experiments } = await site.experiments.listExperiments({});
    expect(experiments[0]?.spec?.load?.custom).to.deep.include({ name: "mine", maxProcesses: 9, others: [] });
  });

  it("refuses a load of one's own that contradicts itself, and two loads at once", async () => {
    await site.addHost("a");
    const words = async (load: MessageInitShape<typeof LoadSpecSchema>): Promise<string> => {
      const error = await site.createExperiment(["a"], { load }).then(() => undefined, fromConnectError);
      expect(error?.reason).to.equal(ErrorReason.INVALID_FIELD);
      return error?.message ?? "";
    };
    const custom = { name: "mine", defaultProcesses: 10, maxProcesses: 9, others: [{ name: "x" }] };
    expect(await words({ custom })).to.contain("default_processes must not be more than max_processes");
    const fine = { ...custom, defaultProcesses: 9 };
    expect(await words({ custom: { ...fine, others: [] } })).to.contain("others must name");
    expect(await words({ custom: { ...fine, others: [{ name: "a/b" }] } })).to.contain("custom.others[0].name");
    expect(await words({ custom: fine, profile: "realistic" })).to.contain("not both");
    expect(await words({})).to.contain("name a profile that ships");
  });

  it("records the final analysis where it says something new", async () => {
    await site.addHost("a");
    site.analytics.decide = ({ final }) => (final ? Decision.REJECT : Decision.CONTINUE);
    const { experimentId } = await site.measure(["a"]);
    site.clock.advance(40);
    await until("it is analysed", async () => (await site.get(experimentId)).verdicts.length > 0);
    await site.experiments.stopExperiment({ experimentId });
    await site.untilPhase(experimentId, ExperimentPhase.COMPLETED);
    const last = (await site.events(experimentId)).findLast(({ verdicts }) => verdicts.length > 0);
    expect(last?.phase).to.equal(ExperimentPhase.ANALYZING);
    expect(last?.verdicts[0]?.decision).to.equal(Decision.REJECT);
  });

  it("stops everything at once after any verdict but PROMOTE, and changes nothing", async () => {
    const host = await site.addHost("a");
    site.analytics.decide = () => Decision.REJECT;
    const { experimentId } = await site.measure(["a"]);
    const over = await site.runToEnd(experimentId);
    expect(over.outcome).to.equal(ExperimentOutcome.KEPT);
    expect(over.phaseReason).to.equal(`scripted decision ${Decision.REJECT}.`);
    await until("nothing runs", () => host.running.size === 0);
    expect((await site.eventTypes(experimentId)).slice(-2)).to.deep.equal(["PHASE_CHANGED", "KEPT"]);
  });

  it("fails with the collector's own words when an arm does not start, and stops the other", async () => {
    const host = await site.addHost("a");
    host.react = ({ subject, action }) =>
      subject.case === "collector" && subject.value.collectorId.endsWith("candidate") && action === 1
        ? { fail: "error decoding 'processors': unknown type: \"filtre\"" }
        : "do";
    const { experimentId } = await site.createExperiment(["a"]);
    await site.experiments.startExperiment({ experimentId });
    const failed = await site.untilPhase(experimentId, ExperimentPhase.FAILED);
    expect(failed.phaseReason).to.equal(
      "candidate on a did not start: error decoding 'processors': unknown type: \"filtre\"",
    );
    await until(
      "nothing runs",
      () => host.running.size === 0 && host.assigned.includes(`stop ${experimentId}.baseline`),
    );
    expect(await site.eventTypes(experimentId)).to.include("TASK_FAILED");
  });

  it("fails when arms do not start in time, and says which", async () => {
    const host = await site.addHost("a");
    host.react = () => "silence";
    const { experimentId } = await site.createExperiment(["a"]);
    await site.experiments.startExperiment({ experimentId });
    await until("the host has its tasks", () => host.assigned.length > 0);
    site.clock.advance(121);
    const failed = await site.untilPhase(experimentId, ExperimentPhase.FAILED);
    expect(failed.phaseReason).to.include("Not started in time: baseline on a, candidate on a");
  });

  it("calls off what nobody started in time", async () => {
    await site.addHost("a");
    const { experimentId } = await site.createExperiment(["a"]);
    site.clock.advance(31 * 24 * 3600);
    await site.untilPhase(experimentId, ExperimentPhase.CANCELLED);
  });

  it("makes a verdict of what there is when it is stopped, and never asks for more", async () => {
    await site.addHost("a");
    const { experimentId } = await site.measure(["a"]);
    const { experiment } = await site.experiments.stopExperiment({ experimentId, reason: "enough" });
    expect(experiment!.phase).to.equal(ExperimentPhase.ANALYZING);
    const over = await site.untilPhase(experimentId, ExperimentPhase.COMPLETED);
    expect(over.verdicts[0]!.decision).to.equal(Decision.INCONCLUSIVE);
    expect(site.analytics.requests.map((request) => request.final)).to.deep.equal([true]);
  });

  it("ends at the limit set for it", async () => {
    await site.addHost("a");
    const { experimentId, secondsRemaining } = await site.measure(["a"], { maxDuration: { seconds: 30n } });
    expect(secondsRemaining).to.be.within(31, 37);
    site.clock.advance(secondsRemaining);
    const over = await site.untilPhase(experimentId, ExperimentPhase.COMPLETED);
    expect(over.secondsRemaining).to.equal(0);
  });

  it("stops the arms when it is cancelled, from any phase", async () => {
    const host = await site.addHost("a");
    const { experimentId } = await site.measure(["a"]);
    await site.experiments.cancelExperiment({ experimentId, reason: "wrong host" });
    const cancelled = await site.get(experimentId);
    expect(cancelled.phase).to.equal(ExperimentPhase.CANCELLED);
    expect(cancelled.phaseReason).to.include("wrong host");
    await until("nothing runs", () => host.running.size === 0);
    const { experimentId: next } = await site.measure(["a"]);
    expect(next, "the host is free again").to.not.equal(experimentId);
  });

  it("goes on measuring while analytics is away, and never takes that for a verdict", async () => {
    await site.addHost("a");
    const { experimentId } = await site.measure(["a"]);
    site.analytics.available = false;
    site.clock.advance(40);
    const waiting = await until("the reason says so", async () => {
      const experiment = await site.get(experimentId);
      return experiment.phaseReason.includes("analysis failed") && experiment;
    });
    expect(waiting.phase).to.equal(ExperimentPhase.RUNNING);
    expect(waiting.phaseReason).to.include("analytics is away");
    site.analytics.available = true;
    site.clock.advance(20);
    await until("it is analysed", async () => (await site.get(experimentId)).verdicts.length > 0);
    expect((await site.get(experimentId)).phaseReason).to.not.include("failed");
  });

  it("fails, and promotes nothing, when the final analysis cannot be made in time", async () => {
    const host = await site.addHost("a");
    const { experimentId } = await site.measure(["a"]);
    site.analytics.available = false;
    await site.experiments.stopExperiment({ experimentId });
    await until("it was tried", async () => (await site.get(experimentId)).phaseReason.includes("analysis failed"));
    site.clock.advance(61);
    const failed = await site.untilPhase(experimentId, ExperimentPhase.FAILED);
    expect(failed.phaseReason).to.include("analytics is away");
    await until("nothing runs", () => host.running.size === 0);
  });

  it("keeps what the hosts ran when nobody decides about a PROMOTE in time", async () => {
    const host = await site.addHost("a");
    site.analytics.decide = () => Decision.PROMOTE;
    const { experimentId } = await site.measure(["a"]);
    await site.runToEnd(experimentId);
    expect(host.running.size).to.equal(2);
    site.clock.advance(30 * 60 + 1);
    await until("it is kept", async () => (await site.get(experimentId)).outcome === ExperimentOutcome.KEPT);
    await until("nothing runs", () => host.running.size === 0);
    expect((await site.eventTypes(experimentId)).at(-1)).to.equal("KEPT");
  });

  it("tells of changes of its collectors, a crash loop too, and goes on measuring", async () => {
    const host = await site.addHost("a");
    const { experimentId } = await site.measure(["a"]);
    const candidate = `${experimentId}.candidate`;
    host.sayCollector(candidate, CollectorState.CRASH_LOOP, 5);
    host.sayCollector(candidate, CollectorState.CRASH_LOOP, 5);
    const told = await until("it is told", async () =>
      (await site.events(experimentId)).find((event) => event.message.includes("ended too often")),
    );
    expect(told.message).to.equal(
      "The candidate collector on a ended too often and is not started again, after 5 restarts",
    );
    expect((await site.get(experimentId)).phase).to.equal(ExperimentPhase.RUNNING);
    const loops = (await site.events(experimentId)).filter((event) => event.message.includes("ended too often"));
    expect(loops, "once, though it was said twice").to.have.length(1);
  });

  it("asks again for a stop that failed, until it is done", async () => {
    const host = await site.addHost("a");
    const { experimentId } = await site.measure(["a"]);
    let refused = 0;
    host.react = () => {
      refused += 1;
      return refused <= 2 ? { fail: "no such process group" } : "do";
    };
    await site.experiments.cancelExperiment({ experimentId });
    await until("both stops failed", async () => {
      const types = await site.eventTypes(experimentId);
      return types.filter((type) => type === "TASK_FAILED").length === 2;
    });
    site.clock.advance(31);
    await until("nothing runs", () => host.running.size === 0);
  });

  it("lets a baseline export only where no active pipeline does, and holds it to no digest then", async () => {
    site.pipelines.backends = true;
    const [a, b] = [await site.addHost("a"), await site.addHost("b")];
    await site.db.query(
      "INSERT INTO active_pipelines (host_id, pipeline, config_digest) VALUES ($1, 'process-old-v1', repeat('a', 64))",
      [a.hostId],
    );
    const { experimentId, configDigests } = await site.measure(["a", "b"]);
    const [onA, onB] = [a, b].map((host) => host.running.get(`${experimentId}.baseline`));
    expect(onA).to.not.equal(onB);
    expect(a.running.get(`${experimentId}.candidate`)).to.equal(b.running.get(`${experimentId}.candidate`));
    site.clock.advance(40);
    await until("it is analysed", () => site.analytics.requests.length > 0);
    expect(site.analytics.requests[0]!.configDigests).to.deep.equal({ candidate: configDigests.candidate });
  });

  it("lets both arms export where that was asked for", async () => {
    site.pipelines.backends = true;
    await site.addHost("a");
    await site.measure(["a"], { exportMode: ExportMode.BOTH });
    expect(new Set(site.pipelines.requests.slice(-4).map((request) => request.purpose))).to.deep.equal(new Set([2]));
  });

  it("scrapes as often as it has windows, or as the pipeline itself where that is more often", async () => {
    const intervals = noteScrapeIntervals(await site.addHost("a"));
    const fast = { name: "process-fast-v1", variables: { interval: "2" } };
    const { experimentId, productionIntervalSeconds } = await site.measure(["a"], {
      arms: [
        { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
        { variant: "candidate", pipeline: fast },
      ],
    });
    expect(intervals.get(`${experimentId}.baseline`)).to.equal(5);
    expect(intervals.get(`${experimentId}.candidate`), "keeps its own").to.equal(undefined);
    expect(productionIntervalSeconds).to.deep.equal({ baseline: 15, candidate: 2 });
  });

  it("goes on under another replica when the one that drove it stops", async () => {
    await site.addHost("a");
    const { experimentId } = await site.measure(["a"]);
    await site.addReplica();
    await site.controller.stop();
    site.clock.advance(40);
    await until("it is analysed", () => site.analytics.requests.length > 0);
    const analyses = async (): Promise<number> => {
      const [row] = await site.db.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM experiment_events WHERE experiment_id = $1 AND type = 3",
        [experimentId],
      );
      return row!.count;
    };
    await until("the analysis is stored", async () => (await analyses()) > 0);
    expect(await analyses()).to.equal(1);
  });
});
