import { Code } from "@connectrpc/connect";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExperimentEventType,
  ExperimentOutcome,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ErrorReason, fromConnectError, type PhoenixError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createExperimentSite, type ExperimentSite, noteScrapeIntervals, until } from "../testing/index.ts";

after(stopTestDatabases);

describe("acting on a verdict", () => {
  let site: ExperimentSite;

  beforeEach(async () => {
    site = await createExperimentSite();
    site.analytics.decide = () => Decision.PROMOTE;
  });
  afterEach(async () => {
    await site.stop();
  });

  const refused = async (call: Promise<unknown>): Promise<PhoenixError> =>
    call.then(
      () => expect.fail("it was not refused"),
      (error: unknown) => fromConnectError(error),
    );
  const judged = async (...hosts: string[]): Promise<string> => {
    const { experimentId } = await site.measure(hosts);
    await site.runToEnd(experimentId);
    return experimentId;
  };
  const untilOutcome = (experimentId: string, outcome: ExperimentOutcome): Promise<Experiment> =>
    until(`the outcome is ${outcome}`, async () => {
      const experiment = await site.get(experimentId);
      return experiment.outcome === outcome && experiment;
    });
  const promoted = async (...hosts: string[]): Promise<Experiment> => {
    const experimentId = await judged(...hosts);
    await site.experiments.promoteExperiment({ experimentId });
    return untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
  };
  const activeOf = async (hostId: string) => (await site.fleet.getHost({ hostId })).host!.activePipeline;

  it("makes the candidate what every host runs, stops the arms, and frees the hosts", async () => {
    const [a, b] = [await site.addHost("a"), await site.addHost("b")];
    const experimentId = await judged("a", "b");
    const { experiment } = await site.experiments.promoteExperiment({ experimentId, reason: "cheaper" });
    expect(experiment!.promotedVariant).to.equal("candidate");
    const done = await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    const digest = done.promotedDigest;
    for (const host of [a, b]) {
      await until("only the active pipeline runs", () => host.running.size === 1);
      expect(host.running.get("active")).to.equal(digest);
      expect(await activeOf(host.hostId)).to.include({ wantedDigest: digest, experimentId });
    }
    expect(done.hosts.map((host) => host.activeDigest)).to.deep.equal([digest, digest]);
    const events = await site.events(experimentId);
    const asked = events.find((event) => event.type === ExperimentEventType.PROMOTION_REQUESTED)!;
    expect(asked).to.include({ actor: "operator", userReason: "cheaper" });
    expect(asked.message).to.include("as measured");
    expect(events.filter((event) => event.type === ExperimentEventType.HOST_PROMOTED)).to.have.length(2);
    expect(events.at(-1)!.type).to.equal(ExperimentEventType.PROMOTED);
    const last = site.pipelines.requests.at(-1)!;
    expect(last).to.deep.include({ mustKeep: ["nginx"], validate: true });
    expect(last.pipeline!.version, "the version that was measured").to.equal(3);
    await site.measure(["a", "b"]);
  });

  it("promotes the very digest that was measured, scraped at the pipeline's own interval again", async () => {
    const host = await site.addHost("a");
    const intervals = noteScrapeIntervals(host);
    const done = await promoted("a");
    expect(done.promotedDigest).to.equal(done.configDigests.candidate);
    expect(intervals.get(`${done.experimentId}.candidate`)).to.equal(5);
    expect(intervals.get("active")).to.equal(undefined);
  });

  it("says which digest was measured where only the promoted configuration exports to backends", async () => {
    site.pipelines.backends = true;
    await site.addHost("a");
    const done = await promoted("a");
    const measured = done.configDigests.candidate!;
    expect(done.promotedDigest).to.not.equal(measured);
    const asked = (await site.events(done.experimentId)).find(
      ({ type }) => type === ExperimentEventType.PROMOTION_REQUESTED,
    )!;
    expect(asked.message).to.include(`measured as ${measured.slice(0, 12)}; it differs in backends`);
  });

  it("refuses against the verdict, says how to force it, and keeps the refusal on record", async () => {
    await site.addHost("a");
    site.analytics.decide = () => Decision.REJECT;
    const experimentId = await judged("a");
    const error = await refused(site.experiments.promoteExperiment({ experimentId, requestId: "p-1" }));
    expect(error.reason).to.equal(ErrorReason.VERDICT_FORBIDS_PROMOTION);
    expect(error.code).to.equal(Code.FailedPrecondition);
    expect(error.message).to.include("REJECT").and.include("--force --reason");
    const recorded = (await site.events(experimentId)).at(-1)!;
    expect(recorded).to.include({ type: ExperimentEventType.PROMOTION_REFUSED, actor: "operator" });
    expect(recorded.message).to.include("REJECT");

    const unreasoned = await refused(site.experiments.promoteExperiment({ experimentId, force: true }));
    expect(unreasoned.code).to.equal(Code.InvalidArgument);
    await site.experiments.promoteExperiment({ experimentId, force: true, reason: "we need it tonight" });
    await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    const asked = (await site.events(experimentId)).find(
      ({ type }) => type === ExperimentEventType.PROMOTION_REQUESTED,
    )!;
    expect(asked.userReason).to.equal("we need it tonight");
    expect(asked.message).to.include("forced");
  });

  it("refuses what has no verdict, force or not", async () => {
    await site.addHost("a");
    site.analytics.decide = () => Decision.CONTINUE;
    const { experimentId } = await site.measure(["a"]);
    const error = await refused(site.experiments.promoteExperiment({ experimentId, force: true, reason: "now" }));
    expect(error.reason).to.equal(ErrorReason.ILLEGAL_TRANSITION);
    expect(error.message).to.include("has no verdict").and.include("stop it");
  });

  it("brings back what ran before, quarantines the configuration, and does not promote it again without force", async () => {
    const host = await site.addHost("a");
    const first = await promoted("a");
    const second = await site.measure(["a"], {
      arms: [
        { variant: "baseline", pipeline: { name: "process-candidate-v1" } },
        { variant: "candidate", pipeline: { name: "process-better-v1" } },
      ],
    });
    await site.runToEnd(second.experimentId);
    await site.experiments.promoteExperiment({ experimentId: second.experimentId });
    const { promotedDigest } = await untilOutcome(second.experimentId, ExperimentOutcome.PROMOTED);
    expect(host.running.get("active")).to.equal(promotedDigest);

    const older = await refused(site.experiments.rollbackExperiment({ experimentId: first.experimentId }));
    expect(older.message).to.include("something newer replaced");

    await site.experiments.rollbackExperiment({ experimentId: second.experimentId, reason: "alerts fired" });
    const back = await untilOutcome(second.experimentId, ExperimentOutcome.ROLLED_BACK);
    expect(host.running.get("active")).to.equal(first.promotedDigest);
    expect(await activeOf(host.hostId)).to.include({ experimentId: first.experimentId });
    const types = await site.eventTypes(back.experimentId);
    expect(types.filter((type) => type.startsWith("ROLL"))).to.deep.equal(["ROLLBACK_REQUESTED", "ROLLED_BACK"]);

    const third = await site.measure(["a"], { arms: second.spec!.arms });
    await site.runToEnd(third.experimentId);
    const again = await refused(site.experiments.promoteExperiment({ experimentId: third.experimentId }));
    expect(again.reason).to.equal(ErrorReason.CONFIG_QUARANTINED);
    expect(again.message).to.include("alerts fired").and.include("--force");
    expect((await site.eventTypes(third.experimentId)).at(-1)).to.equal("PROMOTION_REFUSED");
    await site.experiments.promoteExperiment({ experimentId: third.experimentId, force: true, reason: "fixed" });
    await untilOutcome(third.experimentId, ExperimentOutcome.PROMOTED);
  });

  it("leaves nothing running where nothing ran before the promotion", async () => {
    const host = await site.addHost("a");
    const { experimentId } = await promoted("a");
    await until("the arms are stopped", () => host.running.size === 1);
    await site.experiments.rollbackExperiment({ experimentId, reason: "no" });
    await untilOutcome(experimentId, ExperimentOutcome.ROLLED_BACK);
    expect(host.running.size).to.equal(0);
    expect(await activeOf(host.hostId)).to.equal(undefined);
    const twice = await refused(site.experiments.rollbackExperiment({ experimentId }));
    expect(twice.reason).to.equal(ErrorReason.ILLEGAL_TRANSITION);
  });

  it("stops the arms when a rollback is asked for before a promotion", async () => {
    const host = await site.addHost("a");
    const experimentId = await judged("a");
    await site.experiments.rollbackExperiment({ experimentId });
    expect((await site.get(experimentId)).outcome).to.equal(ExperimentOutcome.KEPT);
    await until("nothing runs", () => host.running.size === 0);
  });

  it("keeps a host on what it ran when its collector refuses, and lets the others be tried or taken back", async () => {
    const [a, b] = [await site.addHost("a"), await site.addHost("b")];
    b.react = ({ subject, action }) =>
      subject.case === "collector" && subject.value.collectorId === "active" && action !== TaskAction.STOP
        ? { fail: "bind: address already in use" }
        : "do";
    const experimentId = await judged("a", "b");
    await site.experiments.promoteExperiment({ experimentId });
    const half = await until("half of it is done", async () => {
      const experiment = await site.get(experimentId);
      return experiment.phaseReason.includes("1 of 2 hosts") && experiment;
    });
    expect(half.outcome).to.equal(ExperimentOutcome.UNSPECIFIED);
    expect(await activeOf(b.hostId), "wanted is what runs").to.equal(undefined);
    await until("no arms run", () => a.running.size === 1 && b.running.size === 0);
    const failure = (await site.events(experimentId)).find(({ type }) => type === ExperimentEventType.TASK_FAILED)!;
    expect(failure.message).to.equal("b did not take the promoted configuration: bind: address already in use");

    const quarantined = await refused(site.experiments.promoteExperiment({ experimentId }));
    expect(quarantined.reason).to.equal(ErrorReason.CONFIG_QUARANTINED);
    b.react = () => "do";
    await site.experiments.promoteExperiment({ experimentId, force: true, reason: "port freed" });
    const done = await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    expect(b.running.get("active")).to.equal(done.promotedDigest);
    expect(
      a.assigned.filter((task) => task.endsWith(" active")),
      "a was not asked again",
    ).to.have.length(1);
  });

  it("comes to nothing when every host refuses", async () => {
    const host = await site.addHost("a");
    host.react = ({ subject, action }) =>
      subject.case === "collector" && subject.value.collectorId === "active" && action !== TaskAction.STOP
        ? { fail: "never healthy" }
        : "do";
    const experimentId = await judged("a");
    await site.experiments.promoteExperiment({ experimentId });
    const kept = await untilOutcome(experimentId, ExperimentOutcome.KEPT);
    expect(kept.promotedDigest).to.equal("");
    expect(kept.phaseReason).to.include("No host took candidate");
  });

  it("is taken back while hosts are still to answer, and their late answers change nothing", async () => {
    const [a, b] = [await site.addHost("a"), await site.addHost("b")];
    b.react = ({ subject }) =>
      subject.case === "collector" && subject.value.collectorId === "active" ? "silence" : "do";
    const experimentId = await judged("a", "b");
    await site.experiments.promoteExperiment({ experimentId });
    await until("one host has it", async () => (await site.eventTypes(experimentId)).includes("HOST_PROMOTED"));
    // It had begun when it was called off, and says so after the rollback was asked for.
    b.react = () => "do";
    await site.experiments.rollbackExperiment({ experimentId, reason: "stop" });
    await untilOutcome(experimentId, ExperimentOutcome.ROLLED_BACK);
    await until("nothing runs", () => a.running.size === 0 && b.running.size === 0);
    expect(await activeOf(a.hostId)).to.equal(undefined);
    const ofActive = b.assigned.filter((task) => task.endsWith(" active"));
    expect(ofActive, "late, then stopped").to.deep.equal(["start active", "start active", "stop active"]);
  });

  it("gives a repeated request its first answer, asking nobody again", async () => {
    await site.addHost("a");
    const experimentId = await judged("a");
    const request = { experimentId, requestId: "promote-1" };
    const { experiment: first } = await site.experiments.promoteExperiment(request);
    await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    site.pipelines.available = false;
    const { experiment: again } = await site.experiments.promoteExperiment(request);
    expect(again).to.deep.equal(first);
    expect((await site.eventTypes(experimentId)).filter((type) => type === "PROMOTION_REQUESTED")).to.have.length(1);
  });
});
