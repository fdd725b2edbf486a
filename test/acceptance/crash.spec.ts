import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { armPids, startMainJob, waitForBlocks, waitForPhase } from "./main-job.ts";

const windowMs = 5_000;

describe("a crash in the middle of an experiment", function () {
  this.timeout(600_000);
  let site: Site;

  beforeEach(async () => {
    site = await createSite();
    await site.startServer();
  });

  afterEach(() => site.close());

  async function expectTasksOnce(experimentId: string): Promise<void> {
    const { tasks } = await site.client.fleet.listTasks({ experimentId });
    expect(tasks.length).to.be.at.least(3);
    for (const task of tasks) {
      expect(task.state, `${task.kind} ${task.subject}: ${task.message}`).to.equal(TaskState.COMPLETED);
      expect(task.attempt, `${task.kind} ${task.subject}`).to.equal(1);
    }
  }

  it("of the server: the collectors run on, every window counts once, no task runs twice, the verdict comes", async () => {
    await site.startAgent("web-1");
    const experimentId = await startMainJob(site, "web-1");
    await waitForBlocks(site, experimentId, 2);
    const before = await armPids(site, "web-1");
    expect(Object.keys(before)).to.include.members(["baseline", "candidate"]);
    if (site.server === undefined) throw new Error("there is no server");
    await site.end(site.server, "SIGKILL");
    for (const pid of Object.values(before)) expect(() => process.kill(pid, 0)).to.not.throw();
    await site.startServer();
    const experiment = await waitForPhase(site, experimentId, ExperimentPhase.COMPLETED);
    expect(experiment.verdicts[0]?.decision).to.equal(Decision.PROMOTE);
    await site.waitForHost("web-1");
    expect(await armPids(site, "web-1")).to.deep.equal(before);

    const arms = await readPanel(site, experimentId);
    expect(arms).to.have.lengthOf(2);
    for (const { variant, windows } of arms) {
      const starts = windows.map(({ windowStart }) => (windowStart === undefined ? 0 : timestampMs(windowStart)));
      expect(new Set(starts).size, variant).to.equal(starts.length);
      // The agent measured on and kept what it measured: not a window is missing, those of the outage included.
      const steps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
      expect(new Set(steps), variant).to.deep.equal(new Set([windowMs]));
      expect(windows.every(({ collectorRestarts }) => collectorRestarts === 0)).to.equal(true);
    }
    await expectTasksOnce(experimentId);
  });

  it("of the agent: the collectors run on and are adopted, no task runs twice, the verdict comes", async () => {
    const agent = await site.startAgent("web-1");
    const experimentId = await startMainJob(site, "web-1");
    await waitForBlocks(site, experimentId, 2);
    const before = await armPids(site, "web-1");
    await site.end(agent, "SIGKILL");
    for (const pid of Object.values(before)) expect(() => process.kill(pid, 0)).to.not.throw();
    await site.restartAgent("web-1");
    const experiment = await waitForPhase(site, experimentId, ExperimentPhase.COMPLETED);
    expect(experiment.verdicts[0]?.decision).to.equal(Decision.PROMOTE);
    await eventually("the host to be heard again", async () => {
      const now = await armPids(site, "web-1");
      return JSON.stringify(now) === JSON.stringify(before) ? now : undefined;
    });

    const arms = await readPanel(site, experimentId);
    for (const { variant, windows } of arms) {
      const starts = windows.map(({ windowStart }) => (windowStart === undefined ? 0 : timestampMs(windowStart)));
      expect(new Set(starts).size, variant).to.equal(starts.length);
      // What the dead agent did not see is said to be incomplete, not made up.
      expect(windows.some(({ complete, incompleteReason }) => !complete && incompleteReason !== "")).to.equal(true);
    }
    await expectTasksOnce(experimentId);
  });
});
