import type { MessageInitShape } from "@bufbuild/protobuf";
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
});
