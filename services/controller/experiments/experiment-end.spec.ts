import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentOutcome, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createExperimentSite, type ExperimentSite, until } from "../testing/index.ts";

after(stopTestDatabases);

describe("the end of an experiment, and what is in its way", () => {
  let site: ExperimentSite;

  beforeEach(async () => {
    site = await createExperimentSite();
  });
  afterEach(async () => {
    await site.stop();
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
