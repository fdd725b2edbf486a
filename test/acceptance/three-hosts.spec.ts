import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  ExperimentEventType,
  ExperimentOutcome,
  ExperimentPhase,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { createSite, type Site } from "../harness/site.ts";
import { waitForPhase } from "./main-job.ts";

const hosts = ["web-1", "web-2", "web-3"];

describe("an experiment on three hosts with an A/A period", function () {
  this.timeout(960_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgents(hosts);
  });

  after(() => site.close());

  const read = async (experimentId: string) =>
    (await site.client.experiments.getExperiment({ experimentId })).experiment ?? expect.fail("there is none");

  /** Production scrapes as often as the experiment has windows, so that the realised saving is there soon. */
  const arm = (variant: string, name: string) => ({ variant, pipeline: { name, variables: { interval: "5s" } } });

  it("speaks for hosts like these, is promoted, and the saving that is realised is measured on a host held back", async () => {
    const { experiment } = await site.client.experiments.createExperiment({
      name: "three hosts",
      spec: {
        hosts: { hosts },
        arms: [arm("baseline", "process-baseline-v1"), arm("candidate", "process-priority-filter-v1")],
        mustKeep: ["postgres", "nginx", "payment-api"],
        load: { profile: "realistic", processes: 12, seed: 1n },
        calibrationDuration: { seconds: 60n },
        // Six collectors share this machine with other work; their overhead is tried elsewhere.
        overheadMarginRatio: 1,
      },
    });
    const experimentId = experiment?.experimentId ?? "";
    await site.client.experiments.startExperiment({ experimentId });
    const began = await waitForPhase(site, experimentId, ExperimentPhase.RUNNING);
    expect(began.phaseReason).to.include("A/A period");
    expect(began.measureTime).to.equal(undefined);
    await eventually("every arm to be seen on the baseline", async () => {
      const { hosts: seen, configDigests } = await read(experimentId);
      const running = seen.flatMap((host) => Object.values(host.runningDigests));
      return (running.length === 6 && running.every((digest) => digest === configDigests.baseline)) || undefined;
    });

    // What the A/A period remembers decides how long a block is: on a busy machine a few times as long as on a quiet one.
    const over = await waitForPhase(site, experimentId, ExperimentPhase.COMPLETED, 720_000);
    const [verdict] = over.verdicts;
    expect(verdict?.decision, verdict?.reason).to.equal(Decision.PROMOTE);
    expect(verdict).to.include({ scope: "hosts like these", hosts: 3 });
    expect(over.plan?.calibrated).to.equal(true);
    expect(over.plan?.calibration?.pairWindows).to.be.within(24, 36);
    expect(verdict?.assurance?.reasons.join("; ")).to.not.include("no A/A period");
    expect(verdict?.checks.filter((check) => !check.holds)).to.deep.equal([]);
    for (const { runningDigests } of over.hosts) expect(runningDigests).to.deep.equal(over.configDigests);

    const holdBackDuration = { seconds: 600n };
    await site.client.experiments.promoteExperiment({ experimentId, holdBackHosts: 1, holdBackDuration });
    const promoted = await eventually(
      "every host to run what it is to run",
      async () => {
        const now = await read(experimentId);
        const wanted = (heldBack: boolean) => (heldBack ? now.configDigests.baseline : now.promotedDigest);
        const there = now.hosts.every((host) => host.activeDigest === wanted(host.heldBack));
        return now.outcome === ExperimentOutcome.PROMOTED && there ? now : undefined;
      },
      60_000,
    );
    expect(promoted.hosts.filter((host) => host.heldBack)).to.have.length(1);

    const saving = await eventually(
      "two blocks of the realised saving",
      async () => {
        const { saving } = await site.client.experiments.getRealisedSaving({ experimentId });
        return (saving?.blocks ?? 0) >= 2 ? saving : undefined;
      },
      180_000,
    );
    expect(saving).to.include({ promotedHosts: 2, heldBackHosts: 1 });
    expect(saving?.realised?.estimate).to.be.within(0.2, 1);
    expect(saving?.promised?.estimate).to.equal(verdict?.primary?.reduction?.estimate);

    await site.client.experiments.rollbackExperiment({ experimentId, reason: "only tried" });
    await eventually("every host to run nothing again", async () => {
      const now = await read(experimentId);
      return (
        (now.outcome === ExperimentOutcome.ROLLED_BACK && now.hosts.every((host) => host.activeDigest === "")) ||
        undefined
      );
    });
    const events: ExperimentEventType[] = [];
    for await (const { event } of site.client.experiments.streamExperimentEvents({ experimentId, untilOver: true })) {
      if (event !== undefined) events.push(event.type);
    }
    expect(events).to.include.members([ExperimentEventType.CALIBRATED, ExperimentEventType.PROMOTED]);
    expect(events).to.not.include(ExperimentEventType.TASK_FAILED);
  });
});
