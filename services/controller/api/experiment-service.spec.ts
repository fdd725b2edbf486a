import { Code } from "@connectrpc/connect";
import type { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase, Profile } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ErrorReason, fromConnectError, type PhoenixError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import { createExperimentSite, type ExperimentSite } from "../testing/index.ts";

after(stopTestDatabases);

describe("ExperimentService", () => {
  let site: ExperimentSite;

  before(async () => {
    site = await createExperimentSite();
    await site.addHost("a");
    await site.addHost("b");
  });
  after(async () => {
    await site.stop();
  });

  const refused = async (call: Promise<unknown>): Promise<PhoenixError> =>
    call.then(
      () => expect.fail("it was not refused"),
      (error: unknown) => fromConnectError(error),
    );
  const arm = (variant: string, name = `process-${variant}-v1`) => ({ variant, pipeline: { name } });

  describe("CreateExperiment", () => {
    it("writes down a checked experiment, and warns of what can never be promoted", async () => {
      const experiment = await site.createExperiment(["a"]);
      expect(experiment).to.include({ name: "try", phase: ExperimentPhase.PENDING, lastEventSequence: 1n });
      expect(experiment.phaseReason).to.include("1 host").and.include("never be PROMOTE");
      expect(experiment.secondsRemaining).to.equal(500);
      const accepted = await site.createExperiment(["a"], { scopeAccepted: true });
      expect(accepted.phaseReason).to.equal("Not started yet.");
    });

    it("names a must-keep expression that is no good, and says where and why", async () => {
      const error = await refused(site.createExperiment(["a"], { mustKeep: ["nginx", "java(?!script)"] }));
      expect(error.reason).to.equal(ErrorReason.INVALID_EXPRESSION);
      expect(error.message).to.include('"java(?!script)"').and.include("character 5").and.include("looks ahead");
    });

    it("names hosts nobody knows", async () => {
      const error = await refused(site.createExperiment(["a", "nowhere"]));
      expect(error.reason).to.equal(ErrorReason.HOST_NOT_FOUND);
      expect(error.message).to.include('"nowhere"').and.not.include('"a"');
    });

    it("has every arm rendered for what the collectors of its hosts contain", async () => {
      await site.createExperiment(["a"]);
      const [one, two] = site.pipelines.requests.slice(-2).map(({ hosts }) => hosts);
      expect(one?.map(({ hostNames, hostCount }) => [hostNames, hostCount])).to.deep.equal([[["a"], 1]]);
      expect(two).to.deep.equal(one);
    });

    it("passes on what the pipelines service refuses", async () => {
      const arms = [arm("baseline"), arm("candidate", "unheard-of")];
      const error = await refused(site.createExperiment(["a"], { arms }));
      expect(error.reason).to.equal(ErrorReason.PIPELINE_NOT_FOUND);
    });

    it("wants one baseline and different arms", async () => {
      const twice = await refused(site.createExperiment(["a"], { arms: [arm("baseline"), arm("baseline")] }));
      expect(twice.message).to.include("twice");
      const none = await refused(site.createExperiment(["a"], { arms: [arm("candidate"), arm("candidate-2")] }));
      expect(none.message).to.include("baseline");
    });

    it("refuses what breaks a rule of the contract", async () => {
      const error = await refused(site.experiments.createExperiment({ name: "" }));
      expect(error.code).to.equal(Code.InvalidArgument);
      const spec = { hosts: { hosts: ["a"] }, arms: [arm("baseline"), arm("candidate")] };
      const broken = [
        { calibrationDuration: { seconds: -1n } },
        { calibrationDuration: { seconds: 604_801n } },
        { estimator: 9 as Estimator },
      ];
      for (const over of broken) {
        const call = site.experiments.createExperiment({ name: "try", spec: { ...spec, ...over } });
        expect((await refused(call)).code).to.equal(Code.InvalidArgument);
      }
      const holdBackDuration = { seconds: 29n };
      const short = site.experiments.promoteExperiment({ experimentId: "e", holdBackHosts: 1, holdBackDuration });
      expect((await refused(short)).code).to.equal(Code.InvalidArgument);
    });

    it("only checks where that was asked for", async () => {
      const spec = { hosts: { hosts: ["a"] }, arms: [arm("baseline"), arm("candidate")] };
      const { experiment } = await site.experiments.createExperiment({ name: "check", spec, validateOnly: true });
      expect(experiment).to.include({ experimentId: "", name: "check" });
      const { experiments } = await site.experiments.listExperiments({ pageSize: 500 });
      expect(experiments.map(({ name }) => name)).to.not.include("check");
      const bad = { ...spec, mustKeep: ["("] };
      await refused(site.experiments.createExperiment({ name: "check", spec: bad, validateOnly: true }));
    });

    it("gives the same answer to the same request id, and refuses other content under it", async () => {
      const spec = { hosts: { hosts: ["a"] }, arms: [arm("baseline"), arm("candidate")] };
      const request = { name: "once", spec, requestId: "create-1" };
      const { experiment: first } = await site.experiments.createExperiment(request);
      const { experiment: again } = await site.experiments.createExperiment(request);
      expect(again!.experimentId).to.equal(first!.experimentId);
      const other = await refused(site.experiments.createExperiment({ ...request, name: "other" }));
      expect(other.reason).to.equal(ErrorReason.REQUEST_ID_REUSED);
    });

    it("says how to enrol a host where there is none", async () => {
      const empty = await createExperimentSite();
      try {
        const error = await refused(empty.createExperiment([]));
        expect(error.reason).to.equal(ErrorReason.HOST_NOT_FOUND);
        expect(error.message).to.include("phoenix host enroll-token").and.include("phoenix agent");
      } finally {
        await empty.stop();
      }
    });
  });

  describe("UpdateExperiment", () => {
    it("changes what the mask names, and nothing else", async () => {
      const { experimentId, etag } = await site.createExperiment(["a"]);
      const updateMask = { paths: ["name"] };
      const { experiment } = await site.experiments.updateExperiment({ experimentId, etag, name: "new", updateMask });
      expect(experiment!.name).to.equal("new");
      expect(experiment!.spec!.arms).to.have.length(2);
      expect(experiment!.etag).to.not.equal(etag);
    });

    it("checks a new specification like a new experiment", async () => {
      const { experimentId } = await site.createExperiment(["a"]);
      const spec = { hosts: { hosts: ["b"] }, arms: [arm("baseline"), arm("candidate")], profile: Profile.STANDARD };
      const updateMask = { paths: ["spec"] };
      const { experiment } = await site.experiments.updateExperiment({ experimentId, spec, updateMask });
      expect(experiment!.spec!.hosts!.hosts).to.deep.equal(["b"]);
      const bad = { ...spec, mustKeep: ["(?<=a)b"] };
      const error = await refused(site.experiments.updateExperiment({ experimentId, spec: bad, updateMask }));
      expect(error.reason).to.equal(ErrorReason.INVALID_EXPRESSION);
    });

    it("refuses an etag that is not the current one", async () => {
      const { experimentId, etag } = await site.createExperiment(["a"]);
      const rename = { experimentId, etag, name: "x", updateMask: { paths: ["name"] } };
      await site.experiments.updateExperiment(rename);
      const error = await refused(site.experiments.updateExperiment(rename));
      expect(error).to.include({ reason: ErrorReason.ETAG_MISMATCH, code: Code.Aborted });
    });

    it("refuses masks that name nothing, or something else", async () => {
      const { experimentId } = await site.createExperiment(["a"]);
      for (const paths of [[], ["phase"]]) {
        const error = await refused(site.experiments.updateExperiment({ experimentId, updateMask: { paths } }));
        expect(error.reason).to.equal(ErrorReason.INVALID_FIELD);
      }
    });
  });

  describe("ListExperiments", () => {
    it("gives every experiment once, newest first, in pages that later ones do not disturb", async () => {
      for (let count = 0; count < 5; count += 1) await site.createExperiment(["a"]);
      const all = await site.experiments.listExperiments({ pageSize: 500 });
      const ids: string[] = [];
      let pageToken = "";
      do {
        const page = await site.experiments.listExperiments({ pageSize: 2, pageToken });
        ids.push(...page.experiments.map(({ experimentId }) => experimentId));
        pageToken = page.nextPageToken;
        if (ids.length === 2) await site.createExperiment(["a"]);
      } while (pageToken !== "");
      expect(ids).to.deep.equal(all.experiments.map(({ experimentId }) => experimentId));
    });

    it("takes a page token only with the filter it was given for", async () => {
      const phases = [ExperimentPhase.PENDING];
      const { nextPageToken } = await site.experiments.listExperiments({ pageSize: 1, phases });
      const error = await refused(site.experiments.listExperiments({ pageToken: nextPageToken }));
      expect(error.reason).to.equal(ErrorReason.INVALID_PAGE_TOKEN);
      const { experiments } = await site.experiments.listExperiments({ phases: [ExperimentPhase.FAILED] });
      expect(experiments).to.deep.equal([]);
    });
  });

  describe("moves", () => {
    it("are refused where the table has none, with what is possible", async () => {
      const { experimentId } = await site.createExperiment(["a"]);
      const error = await refused(site.experiments.stopExperiment({ experimentId }));
      expect(error).to.include({ reason: ErrorReason.ILLEGAL_TRANSITION, code: Code.FailedPrecondition });
      expect(error.message).to.include("PENDING").and.include("cancel or delete");
    });

    it("keep a host for one experiment at a time", async () => {
      const first = await site.measure(["a"]);
      const { experimentId } = await site.createExperiment(["a", "b"]);
      const error = await refused(site.experiments.startExperiment({ experimentId }));
      expect(error.reason).to.equal(ErrorReason.HOST_BUSY);
      expect(error.message).to.include("host a").and.include(first.experimentId);
      const twice = await refused(site.experiments.startExperiment({ experimentId: first.experimentId }));
      expect(twice.reason).to.equal(ErrorReason.ILLEGAL_TRANSITION);
      const deletion = await refused(site.experiments.deleteExperiment({ experimentId: first.experimentId }));
      expect(deletion.message).to.include("Cancel it first");
      await site.experiments.cancelExperiment({ experimentId: first.experimentId });
      await site.experiments.startExperiment({ experimentId });
      await site.untilPhase(experimentId, ExperimentPhase.RUNNING);
      await site.experiments.cancelExperiment({ experimentId });
    });

    it("never give one host to two experiments that start at the same moment", async () => {
      const created = await Promise.all([1, 2, 3].map(() => site.createExperiment(["b"])));
      const starts = await Promise.allSettled(
        created.map(({ experimentId }) => site.experiments.startExperiment({ experimentId })),
      );
      expect(starts.filter(({ status }) => status === "fulfilled")).to.have.length(1);
      for (const [index, start] of starts.entries()) {
        const { experimentId } = created[index]!;
        if (start.status === "rejected") expect(fromConnectError(start.reason).reason).to.equal(ErrorReason.HOST_BUSY);
        else await site.experiments.cancelExperiment({ experimentId });
      }
    });

    it("start once under one request id", async () => {
      const { experimentId } = await site.createExperiment(["b"]);
      const request = { experimentId, requestId: "start-1" };
      const { experiment: first } = await site.experiments.startExperiment(request);
      const { experiment: again } = await site.experiments.startExperiment(request);
      expect(again).to.deep.equal(first);
      await site.experiments.cancelExperiment({ experimentId });
    });

    it("go by hand along the table only, and are marked as such", async () => {
      const { experimentId } = await site.measure(["b"]);
      const move = (phase: ExperimentPhase) =>
        site.experiments.updateExperimentPhase({ experimentId, phase, reason: "the lab burns" });
      const illegal = await refused(move(ExperimentPhase.COMPLETED));
      expect(illegal.reason).to.equal(ErrorReason.ILLEGAL_TRANSITION);
      const { experiment } = await move(ExperimentPhase.FAILED);
      expect(experiment!.phase).to.equal(ExperimentPhase.FAILED);
      const last = (await site.events(experimentId)).find(({ userReason }) => userReason === "the lab burns")!;
      expect(last).to.include({ type: 11, actor: "operator", previousPhase: ExperimentPhase.RUNNING });
    });
  });

  it("forgets a deleted experiment, but not its events", async () => {
    const { experimentId, etag } = await site.createExperiment(["a"]);
    const stale = await refused(site.experiments.deleteExperiment({ experimentId, etag: "r0" }));
    expect(stale.reason).to.equal(ErrorReason.ETAG_MISMATCH);
    await site.experiments.deleteExperiment({ experimentId, etag });
    const gone = await refused(site.get(experimentId));
    expect(gone).to.include({ reason: ErrorReason.EXPERIMENT_NOT_FOUND, code: Code.NotFound });
    const kept = await site.db.query("SELECT FROM experiment_events WHERE experiment_id = $1", [experimentId]);
    expect(kept).to.have.length(1);
  });
});
