import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type Experiment, ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { processesOf } from "../harness/processes.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { armPids, startMainJob, waitForBlocks } from "./main-job.ts";

describe("a candidate whose collector crashes again and again", function () {
  this.timeout(300_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
  });

  after(() => site.close());

  /** Kills the candidate's collector each time it is up again, until the experiment is over. */
  async function crashUntilOver(experimentId: string): Promise<{ experiment: Experiment; crashes: number }> {
    const killed = new Set<number>();
    const experiment = await eventually(
      "the experiment to be over",
      async () => {
        const { experiment } = await site.client.experiments.getExperiment({ experimentId });
        if (experiment?.phase === ExperimentPhase.COMPLETED || experiment?.phase === ExperimentPhase.FAILED) {
          return experiment;
        }
        const pid = (await armPids(site, "web-1")).candidate ?? 0;
        // The host's word may be old; what it names must still be a process of this site.
        if (pid > 0 && !killed.has(pid) && processesOf(site.folder).some((one) => one.pid === pid)) {
          process.kill(pid, "SIGKILL");
          killed.add(pid);
        }
        return undefined;
      },
      180_000,
    );
    return { experiment, crashes: killed.size };
  }

  it("is rejected for its crashes; the experiment is not called unhealthy", async () => {
    await site.startAgent("web-1");
    const { host } = await site.client.fleet.getHost({ hostId: "web-1" });
    const experimentId = await startMainJob(site, "web-1", 20);
    await waitForBlocks(site, experimentId, 1);

    const { experiment, crashes } = await crashUntilOver(experimentId);
    expect(crashes).to.be.at.least(3);
    const verdict = experiment.verdicts[0];
    expect(experiment.phase, experiment.phaseReason).to.equal(ExperimentPhase.COMPLETED);
    expect(verdict?.decision, verdict?.reason).to.equal(Decision.REJECT);
    // Which comes first is a race, for its must-keep processes are lost with it; the crashes are named either way.
    expect(verdict?.reason).to.match(
      /candidate's collector (on host \S+ )?(crashed again and again|crashed meanwhile)/,
    );
    expect(verdict?.reason).to.contain(host?.hostId);
    expect(experiment.phaseReason).to.contain(verdict?.reason);

    // The baseline beside it was never touched, and the measurement is trusted.
    expect(verdict?.checks.filter(({ holds }) => !holds).map(({ name }) => name)).to.deep.equal([]);
    const arms = await readPanel(site, experimentId);
    const restarts = (variant: string): number =>
      arms
        .filter((arm) => arm.variant === variant)
        .flatMap(({ windows }) => windows)
        .reduce((sum, { collectorRestarts }) => sum + collectorRestarts, 0);
    expect(restarts("baseline")).to.equal(0);
    expect(restarts("candidate")).to.be.within(2, crashes);
  });
});
