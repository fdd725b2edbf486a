import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { type CollectorTask, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExperimentEventType,
  ExperimentOutcome,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ErrorReason, fromConnectError, type PhoenixError } from "@phoenix/platform/errors";
import { stopTestDatabases } from "@phoenix/platform/testing";
import { expect } from "chai";
import fc from "fast-check";
import { createExperimentSite, type ExperimentSite, type ObedientAgent, until } from "../testing/index.ts";
import { chooseHeldBack } from "./choose-held-back.ts";

after(stopTestDatabases);

describe("chooseHeldBack", () => {
  const ids = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 30 });

  it("chooses as many as asked, the same whatever the order of the hosts", () => {
    fc.assert(
      fc.property(ids, fc.nat(), (hostIds, some) => {
        const count = some % hostIds.length;
        const chosen = chooseHeldBack("e", hostIds, count);
        expect(chosen.size).to.equal(count);
        expect(chooseHeldBack("e", hostIds.toReversed(), count)).to.deep.equal(chosen);
      }),
    );
  });

  it("chooses others for another experiment", () => {
    const hostIds = Array.from({ length: 50 }, (_, index) => `host-${index}`);
    const choices = ["e1", "e2", "e3"].map((id) => [...chooseHeldBack(id, hostIds, 5)].toSorted().join());
    expect(new Set(choices).size).to.equal(3);
  });
});

describe("a promotion that holds hosts back", () => {
  let site: ExperimentSite;
  let hosts: ObedientAgent[];
  /** The newest task of the collector `active`, by host. */
  let active: Map<string, CollectorTask>;

  beforeEach(async () => {
    site = await createExperimentSite();
    site.analytics.decide = () => Decision.PROMOTE;
    active = new Map();
    hosts = [];
    for (const name of ["a", "b", "c"]) {
      const host = await site.addHost(name);
      host.react = ({ subject, action }) => {
        if (subject.case === "collector" && subject.value.collectorId === "active" && action !== TaskAction.STOP) {
          active.set(host.hostId, subject.value);
        }
        return "do";
      };
      hosts.push(host);
    }
  });
  afterEach(async () => {
    await site.stop();
  });

  const refused = async (call: Promise<unknown>): Promise<PhoenixError> =>
    call.then(
      () => expect.fail("it was not refused"),
      (error: unknown) => fromConnectError(error),
    );
  const judged = async (): Promise<string> => {
    const { experimentId } = await site.measure(["a", "b", "c"]);
    await site.runToEnd(experimentId);
    return experimentId;
  };
  const untilOutcome = (experimentId: string, outcome: ExperimentOutcome): Promise<Experiment> =>
    until(`the outcome is ${outcome}`, async () => {
      const experiment = await site.get(experimentId);
      return experiment.outcome === outcome && experiment;
    });
  const agentOf = (hostId: string) => hosts.find((host) => host.hostId === hostId)!;
  const hold = async (seconds = 600n) => {
    const experimentId = await judged();
    const holdBackDuration = { seconds };
    await site.experiments.promoteExperiment({ experimentId, holdBackHosts: 1, holdBackDuration });
    await until("only active collectors run", () => hosts.every(({ running }) => running.size === 1));
    const experiment = await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    const heldBack = experiment.hosts.filter((host) => host.heldBack).map(({ hostId }) => agentOf(hostId));
    const promoted = experiment.hosts.filter((host) => !host.heldBack).map(({ hostId }) => agentOf(hostId));
    return { experiment, experimentId, heldBack: heldBack[0]!, promoted };
  };

  it("keeps the baseline on the hosts held back, measures all, and promotes them when the time is over", async () => {
    const { experiment, experimentId, heldBack, promoted } = await hold();
    expect(promoted).to.have.length(2);
    expect(experiment.phaseReason).to.equal("Every host of the promotion runs candidate; 1 host is held back.");
    expect(timestampMs(experiment.holdBackUntil!)).to.equal(site.clock.now.getTime() + 600_000);
    expect(timestampMs(experiment.promoteTime!)).to.equal(site.clock.now.getTime());
    expect(heldBack.running.get("active")).to.equal(experiment.configDigests.baseline);
    for (const { running } of promoted) expect(running.get("active")).to.equal(experiment.promotedDigest);
    for (const { hostId } of hosts) {
      const { measurement, scrapeInterval } = active.get(hostId)!;
      expect(measurement).to.deep.include({
        experimentId,
        variant: hostId === heldBack.hostId ? "held-back" : "promoted",
        // Collectors scrape every 15 s in production, and a window holds a scrape.
        windowSeconds: 15,
        mustKeep: ["nginx"],
      });
      expect(scrapeInterval && durationMs(scrapeInterval), "as in production").to.equal(undefined);
    }
    expect((await refused(site.experiments.deleteExperiment({ experimentId }))).message).to.include("holds hosts back");

    const { saving } = await site.experiments.getRealisedSaving({ experimentId });
    expect(saving?.detail).to.equal("scripted.");
    const [asked] = site.analytics.savingRequests;
    expect(asked).to.deep.include({ variant: "candidate", heldBackHostIds: [heldBack.hostId] });
    expect(asked!.promotedHostIds).to.have.members(promoted.map(({ hostId }) => hostId));
    expect(timestampMs(asked!.startTime!)).to.equal(timestampMs(experiment.promoteTime!) + 15_000);

    site.clock.advance(600);
    await until("the host held back follows", () => heldBack.running.get("active") === experiment.promotedDigest);
    await until("nothing is measured", () => [...active.values()].every((task) => task.measurement === undefined));
    const done = await until("all is done", async () => {
      const now = await site.get(experimentId);
      return now.phaseReason === "Every host runs candidate." && now;
    });
    expect(done.holdBackUntil).to.equal(undefined);
    expect(done.hosts.some((host) => host.heldBack)).to.equal(false);
    expect(done.promoteTime).to.deep.equal(experiment.promoteTime);
    const types = await site.eventTypes(experimentId);
    expect(types.filter((type) => type === "HOLD_BACK_ENDED" || type.includes("PROMOTED"))).to.deep.equal([
      "HOST_PROMOTED",
      "HOST_PROMOTED",
      "PROMOTED",
      "HOLD_BACK_ENDED",
      "HOST_PROMOTED",
      "PROMOTED",
    ]);
    await site.experiments.getRealisedSaving({ experimentId });
    expect(site.analytics.savingRequests[1], "on record for good").to.deep.equal(asked);
  });

  it("gives every host what it ran before when it is rolled back meanwhile", async () => {
    const { experimentId } = await hold();
    await site.experiments.rollbackExperiment({ experimentId, reason: "alerts" });
    const back = await untilOutcome(experimentId, ExperimentOutcome.ROLLED_BACK);
    expect(back.holdBackUntil).to.equal(undefined);
    await until("nothing runs", () => hosts.every(({ running }) => running.size === 0));
    site.clock.advance(1_000);
    await site.controller.reconcileOnce();
    expect(await site.eventTypes(experimentId)).to.not.include("HOLD_BACK_ENDED");
  });

  it("brings back what hosts ran before, on those held back as well", async () => {
    const first = await judged();
    await site.experiments.promoteExperiment({ experimentId: first });
    const { promotedDigest } = await untilOutcome(first, ExperimentOutcome.PROMOTED);
    const arms = ["candidate", "better"].map((name, index) => ({
      variant: index === 0 ? "baseline" : "candidate",
      pipeline: { name: `process-${name}-v1` },
    }));
    const { experimentId } = await site.measure(["a", "b", "c"], { arms });
    await site.runToEnd(experimentId);
    await site.experiments.promoteExperiment({ experimentId, holdBackHosts: 2 });
    await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    const measured = () => [...active.values()].filter((task) => task.measurement?.variant === "held-back");
    await until("two are held back", () => measured().length === 2);
    expect(
      measured().map((task) => task.configDigest),
      "the baseline is what they ran",
    ).to.deep.equal([promotedDigest, promotedDigest]);
    await site.experiments.rollbackExperiment({ experimentId, reason: "alerts" });
    await untilOutcome(experimentId, ExperimentOutcome.ROLLED_BACK);
    for (const { running } of hosts) expect(running.get("active")).to.equal(promotedDigest);
    expect([...active.values()].every((task) => task.measurement === undefined)).to.equal(true);
  });

  it("refuses to hold all hosts back, a duration for none, and a repetition", async () => {
    const experimentId = await judged();
    const all = await refused(site.experiments.promoteExperiment({ experimentId, holdBackHosts: 3 }));
    expect(all.reason).to.equal(ErrorReason.INVALID_FIELD);
    expect(all.message).to.include("Of 3 hosts 3 cannot be held back").and.include("2 at most");
    const none = await refused(
      site.experiments.promoteExperiment({ experimentId, holdBackDuration: { seconds: 60n } }),
    );
    expect(none.message).to.include("no host is to be held back");
    expect(hosts.every(({ running }) => !running.has("active"))).to.equal(true);
  });

  it("has no realised saving where no host was held back, or nothing promoted", async () => {
    const experimentId = await judged();
    const early = await refused(site.experiments.getRealisedSaving({ experimentId }));
    expect(early.message).to.include("promoted nothing");
    await site.experiments.promoteExperiment({ experimentId });
    await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    const whole = await refused(site.experiments.getRealisedSaving({ experimentId }));
    expect(whole.message).to.include("nothing to compare with").and.include("Promote with hosts held back");
  });

  it("leaves a host alone on which something newer was promoted meanwhile", async () => {
    const { experimentId, heldBack } = await hold();
    const newer = "e".repeat(64);
    await site.db.query("UPDATE active_pipelines SET config_digest = $2, experiment_id = NULL WHERE host_id = $1", [
      heldBack.hostId,
      newer,
    ]);
    site.clock.advance(600);
    await until("it is over", async () => (await site.eventTypes(experimentId)).includes("HOLD_BACK_ENDED"));
    const { host } = await site.fleet.getHost({ hostId: heldBack.hostId });
    expect(host!.activePipeline?.wantedDigest).to.equal(newer);
    expect((await site.get(experimentId)).phaseReason).to.include("no host that was held back is left");
  });

  it("does not blame the candidate when a host cannot run the baseline to be held back on", async () => {
    for (const host of hosts) {
      const react = host.react;
      host.react = (task) =>
        task.subject.case === "collector" && task.subject.value.measurement?.variant === "held-back"
          ? { fail: "port taken" }
          : react(task);
    }
    const experimentId = await judged();
    await site.experiments.promoteExperiment({ experimentId, holdBackHosts: 1 });
    const experiment = await untilOutcome(experimentId, ExperimentOutcome.PROMOTED);
    const told = await until("it is told", async () =>
      (await site.events(experimentId)).find(({ type }) => type === ExperimentEventType.TASK_FAILED),
    );
    expect(told.message).to.include("did not take the baseline to be held back on: port taken");
    const quarantined = await site.db.query("SELECT FROM config_quarantine");
    expect(quarantined).to.deep.equal([]);
    const failed = experiment.hosts.find((host) => host.heldBack)!;
    expect((await site.fleet.getHost({ hostId: failed.hostId })).host!.activePipeline).to.equal(undefined);
    site.clock.advance(24 * 3600);
    await until("it is promoted too", () => agentOf(failed.hostId).running.get("active") === experiment.promotedDigest);
  });

  it("gives a host held back what it ran before when no other host takes the candidate", async () => {
    for (const host of hosts) {
      const react = host.react;
      host.react = (task) =>
        task.subject.case === "collector" && task.subject.value.measurement?.variant === "promoted"
          ? { fail: "never healthy" }
          : react(task);
    }
    await keepsNothing();
  });

  it("stops the arms of a host held back that had not yet answered when no other host took the candidate", async () => {
    for (const host of hosts) {
      const react = host.react;
      host.react = (task) => {
        const { variant } = (task.subject.case === "collector" && task.subject.value.measurement) || {};
        if (variant === "promoted") return { fail: "never healthy" };
        return variant === "held-back" ? "silence" : react(task);
      };
    }
    await keepsNothing();
  });

  const keepsNothing = async (): Promise<void> => {
    const experimentId = await judged();
    await site.experiments.promoteExperiment({ experimentId, holdBackHosts: 1 });
    const kept = await untilOutcome(experimentId, ExperimentOutcome.KEPT);
    expect(kept.holdBackUntil).to.equal(undefined);
    await until("nothing runs", () => hosts.every(({ running }) => running.size === 0));
    for (const { hostId } of hosts) {
      expect((await site.fleet.getHost({ hostId })).host!.activePipeline).to.equal(undefined);
    }
  };
});
