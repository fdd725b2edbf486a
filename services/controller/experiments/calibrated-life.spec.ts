import { timestampDate, timestampMs } from "@bufbuild/protobuf/wkt";
import { Decision, Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExperimentEventType,
  ExperimentPhase,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { fromConnectError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createExperimentSite, type ExperimentSite, noteScrapeIntervals, until } from "../testing/index.ts";

after(stopTestDatabases);

describe("an experiment with an A/A period", () => {
  let site: ExperimentSite;
  const calibrationDuration = { seconds: 60n };

  beforeEach(async () => {
    site = await createExperimentSite();
  });
  afterEach(async () => {
    await site.stop();
  });

  /** Moves the clock over warm-up, period and delivery. */
  const passPeriod = () => site.clock.advance(5 + 20 + 60 + 2);
  const untilMeasured = (experimentId: string): Promise<Experiment> =>
    until("measuring began", async () => {
      const experiment = await site.get(experimentId);
      return experiment.measureTime !== undefined && experiment;
    });

  it("runs the baseline in every arm first, learns from it, then measures the candidates' own configuration", async () => {
    const hosts = [await site.addHost("a"), await site.addHost("b")];
    const intervals = noteScrapeIntervals(hosts[0]!);
    const began = await site.measure(["a", "b"], { calibrationDuration, estimator: Estimator.FLEET_TOTAL });
    const { experimentId, configDigests } = began;
    expect(began.measureTime).to.equal(undefined);
    expect(began.calibrateTime).to.not.equal(undefined);
    expect(began.phaseReason).to.include("A/A period: both arms run the baseline until");
    expect(began.secondsRemaining).to.be.within(80 + 500, 85 + 500);
    for (const { running } of hosts) {
      expect(running.get(`${experimentId}.baseline`)).to.equal(configDigests.baseline);
      expect(running.get(`${experimentId}.candidate`), "stands in").to.equal(configDigests.baseline);
    }

    passPeriod();
    const measured = await untilMeasured(experimentId);
    expect(measured.phase).to.equal(ExperimentPhase.RUNNING);
    const [asked] = site.analytics.calibrateRequests;
    const start = timestampMs(began.calibrateTime!) + 20_000;
    expect(timestampMs(asked!.startTime!), "after the warm-up").to.equal(start);
    expect(timestampMs(asked!.endTime!)).to.equal(start + 60_000);
    expect(asked).to.deep.include({ baselineVariant: "baseline", candidateVariants: ["candidate"] });
    for (const { running, assigned } of hosts) {
      expect(running.get(`${experimentId}.candidate`)).to.equal(configDigests.candidate);
      expect(assigned.filter((task) => task.startsWith("update"))).to.deep.equal([`update ${experimentId}.candidate`]);
    }
    expect(intervals.get(`${experimentId}.candidate`)).to.equal(5);
    expect(measured.plan).to.deep.include({ calibrated: true, blockWindows: 6, estimator: Estimator.FLEET_TOTAL });
    expect(timestampDate(measured.measureTime!) > site.clock.now).to.equal(true);
    expect(measured.secondsRemaining, "the blocks grew").to.be.within((4 + 48 * 6) * 5, (4 + 48 * 6) * 5 + 7);
    const told = (await site.events(experimentId)).at(-1)!;
    expect((await site.eventTypes(experimentId)).at(-1)).to.equal("CALIBRATED");
    expect(told.message).to.include("φ = 0.50").and.include("L = 6 windows");

    site.clock.advance(5 + 20 + 30 + 2);
    await until("it is analysed", () => site.analytics.requests.length > 0);
    const [analysis] = site.analytics.requests;
    expect(analysis!.measureTime).to.deep.equal(measured.measureTime);
    expect(analysis!.plan?.calibration?.autocorrelation).to.equal(0.5);
    expect(analysis!.configDigests).to.deep.equal(configDigests);
  });

  it("lets the stand-in export as the candidate will, not as the baseline does", async () => {
    site.pipelines.backends = true;
    const host = await site.addHost("a");
    const { experimentId } = await site.measure(["a"], { calibrationDuration });
    const [baseline, standIn] = ["baseline", "candidate"].map((arm) => host.running.get(`${experimentId}.${arm}`));
    expect(standIn, "the baseline without its export").to.not.equal(baseline);
    passPeriod();
    await untilMeasured(experimentId);
    expect(host.running.get(`${experimentId}.candidate`)).to.not.equal(standIn);
  });

  it("says before the start how long all of it takes, and that a period is too short", async () => {
    await site.addHost("a");
    const { secondsRemaining, phaseReason } = await site.createExperiment(["a"], {
      calibrationDuration: { seconds: 10n },
    });
    expect(secondsRemaining).to.equal(20 + 10 + 500);
    expect(phaseReason).to.include("an A/A period of 10 s");
  });

  it("is refused a stop before measuring, with the advice to cancel, and can be cancelled", async () => {
    const host = await site.addHost("a");
    const { experimentId } = await site.measure(["a"], { calibrationDuration });
    const error = await site.experiments.stopExperiment({ experimentId }).then(
      () => expect.fail("it was not refused"),
      (caught: unknown) => fromConnectError(caught),
    );
    expect(error.message).to.include("nothing has been measured yet; cancel it");
    await site.experiments.cancelExperiment({ experimentId });
    expect((await site.get(experimentId)).phase).to.equal(ExperimentPhase.CANCELLED);
    await until("nothing runs", () => host.running.size === 0);
    expect(site.analytics.calibrateRequests).to.deep.equal([]);
  });

  it("tries again while analytics is away, and fails when it stays away", async () => {
    await site.addHost("a");
    const { experimentId } = await site.measure(["a"], { calibrationDuration });
    site.analytics.available = false;
    passPeriod();
    const waiting = await until("the reason says so", async () => {
      const experiment = await site.get(experimentId);
      return experiment.phaseReason.includes("could not be evaluated") && experiment;
    });
    expect(waiting.phase).to.equal(ExperimentPhase.RUNNING);
    expect(waiting.phaseReason).to.include("analytics is away");
    site.clock.advance(61);
    const failed = await site.untilPhase(experimentId, ExperimentPhase.FAILED);
    expect(failed.phaseReason).to.include("could not be evaluated in time").and.include("analytics is away");
  });

  it("fails with the collector's words when a candidate does not take its own configuration", async () => {
    const host = await site.addHost("a");
    host.react = ({ action }) => (action === 3 ? { fail: "unknown processor filtre" } : "do");
    const { experimentId } = await site.measure(["a"], { calibrationDuration });
    passPeriod();
    const failed = await site.untilPhase(experimentId, ExperimentPhase.FAILED);
    expect(failed.phaseReason).to.equal(
      "candidate on a did not take its own configuration after the A/A period: unknown processor filtre",
    );
    await until("nothing runs", () => host.running.size === 0);
    expect(await site.eventTypes(experimentId)).to.include("TASK_FAILED");
  });

  it("goes on under another replica, whichever part it is in", async () => {
    const host = await site.addHost("a");
    host.react = ({ action }) => (action === 3 ? "silence" : "do");
    const { experimentId } = await site.measure(["a"], { calibrationDuration });
    await site.addReplica();
    passPeriod();
    await until("the candidate is asked to change", () => host.assigned.includes(`update ${experimentId}.candidate`));
    expect((await site.get(experimentId)).measureTime, "not before it has").to.equal(undefined);
    await site.controller.stop();
    // As the agent's answer, given to the other replica, leaves it.
    await site.db.query("UPDATE experiment_arms SET state = 'running' WHERE state = 'starting'");
    await untilMeasured(experimentId);
    const told = await site.db.query("SELECT FROM experiment_events WHERE experiment_id = $1 AND type = $2", [
      experimentId,
      ExperimentEventType.CALIBRATED,
    ]);
    expect(told).to.have.length(1);
  });

  it("makes the shortcomings of the period reasons for reduced assurance", async () => {
    await site.addHost("a");
    site.analytics.calibration = { ...site.analytics.calibration, shortcomings: ["the A/A period was short"] };
    const { experimentId } = await site.measure(["a"], { calibrationDuration });
    passPeriod();
    const { plan } = await untilMeasured(experimentId);
    expect(plan!.assuranceReasons).to.include("the A/A period was short");
  });

  it("is what the standard profile has unless zero is asked for", async () => {
    await site.addHost("a");
    const standard = await site.createExperiment(["a"], { profile: 2 });
    expect(standard.secondsRemaining).to.equal(20 * 60 + 7200 + (20 + 96 * 15) * 60);
    const without = await site.createExperiment(["a"], { profile: 2, calibrationDuration: { seconds: 0n } });
    expect(without.secondsRemaining).to.equal((20 + 96 * 15) * 60);
  });
});

describe("an experiment with several candidates", () => {
  let site: ExperimentSite;
  const arms = ["baseline", "candidate", "candidate-2", "candidate-3"].map((variant) => ({
    variant,
    pipeline: { name: `process-${variant}-v1` },
  }));

  beforeEach(async () => {
    site = await createExperimentSite();
  });
  afterEach(async () => {
    await site.stop();
  });

  it("goes on until each is decided, and promotes the one named while the other arms stop", async () => {
    const host = await site.addHost("a");
    site.analytics.decide = (_, variant) => {
      if (variant === "candidate") return Decision.REJECT;
      return site.analytics.requests.length < 3 ? Decision.CONTINUE : Decision.PROMOTE;
    };
    const { experimentId } = await site.measure(["a"], { arms, calibrationDuration: { seconds: 60n } });
    const digests = () => arms.map(({ variant }) => host.running.get(`${experimentId}.${variant}`));
    expect(new Set(digests()).size, "all run the baseline").to.equal(1);
    const over = await site.runToEnd(experimentId);
    expect(new Set(digests()).size, "all run their own").to.equal(4);
    expect(over.verdicts.map((verdict) => verdict.decision)).to.deep.equal([
      Decision.REJECT,
      Decision.PROMOTE,
      Decision.PROMOTE,
    ]);
    expect(site.analytics.requests[0]!.candidateVariants).to.have.length(3);
    expect(site.analytics.requests.length).to.be.at.least(3);

    const unnamed = await site.experiments.promoteExperiment({ experimentId }).then(
      () => expect.fail("it was not refused"),
      (caught: unknown) => fromConnectError(caught),
    );
    expect(unnamed.message).to.include("candidate, candidate-2, candidate-3");
    await site.experiments.promoteExperiment({ experimentId, variant: "candidate-2" });
    const promoted = await until("it is promoted", async () => {
      const experiment = await site.get(experimentId);
      return experiment.outcome !== 0 && experiment;
    });
    expect(promoted.promotedVariant).to.equal("candidate-2");
    await until("only the promoted one runs", () => host.running.size === 1);
    expect(host.running.get("active")).to.equal(over.configDigests["candidate-2"]);
  });
});
