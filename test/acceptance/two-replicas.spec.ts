import { join } from "node:path";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { createFaultSite, type FaultSite } from "../faults/site.ts";
import { type Balancer, createBalancer } from "../harness/balancer.ts";
import { eventually } from "../harness/eventually.ts";
import { type RunningCommand, startCommand } from "../harness/phoenix-command.ts";
import { readPanel } from "../harness/read-panel.ts";
import { startMainJob, waitForBlocks, waitForPhase } from "./main-job.ts";

const windowMs = 5_000;
const agentCount = 25;
const taskCount = 5_000;

describe("two replicas before one PostgreSQL, one of them killed", function () {
  this.timeout(600_000);
  let site: FaultSite;
  let balancer: Balancer;
  let agent: RunningCommand | undefined;

  before(async () => {
    site = await createFaultSite({ replicas: 2, whole: true });
    balancer = await createBalancer(site.replicas.map(({ agentPort }) => agentPort));
  });

  after(async () => {
    agent?.child.kill("SIGTERM");
    await agent?.result;
    const violations = await site.close();
    await balancer.close();
    expect(violations).to.deep.equal([]);
  });

  async function startRealAgent(): Promise<void> {
    const [first] = site.replicas;
    const { secret } = (await first?.client.fleet.createEnrollmentToken({ maxUses: 1 })) ?? {};
    const given = ["--controller", `127.0.0.1:${balancer.port}`, "--host-name", "web-1"];
    agent = startCommand(["agent", ...given, "--state-dir", join(site.folder, "web-1")], {
      PHOENIX_ENROLLMENT_TOKEN: secret ?? "",
      PHOENIX_FAULTS_FOLDER: site.folder,
    });
    await eventually("web-1 to be online", async () => {
      const { host } = (await first?.client.fleet.getHost({ hostId: "web-1" })) ?? {};
      return host?.state === HostState.ONLINE || undefined;
    });
  }

  it(`does every one of ${taskCount} tasks once and counts every window of an experiment once`, async () => {
    const [killed, survivor] = site.replicas;
    if (killed === undefined || survivor === undefined) throw new Error("the site has no two replicas");
    await startRealAgent();
    for (let n = 0; n < agentCount; n++) await site.addAgent(`task-${n}`, { port: balancer.port });

    const experimentId = await startMainJob(killed, "web-1", 30);
    await waitForBlocks(killed, experimentId, 2);
    // Half of the tasks are on their way when the replica dies; the rest comes while its hosts move over.
    for (let n = 0; n < taskCount; n++) {
      const host = site.agents[n % agentCount];
      if (host !== undefined) await site.enqueue(host.hostId, { subjectName: `subject-${n % 8}` });
      if (n === taskCount / 2) await killed.kill();
    }
    const experiment = await waitForPhase(survivor, experimentId, ExperimentPhase.COMPLETED);
    expect(experiment.verdicts[0]?.decision, experiment.phaseReason).to.equal(Decision.PROMOTE);
    await site.settle(120_000);

    const arms = await readPanel(survivor, experimentId);
    expect(arms).to.have.lengthOf(2);
    for (const { variant, windows } of arms) {
      const starts = windows.map(({ windowStart }) => (windowStart === undefined ? 0 : timestampMs(windowStart)));
      const steps = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
      expect(new Set(steps), `${variant}: every window is there, once`).to.deep.equal(new Set([windowMs]));
    }
    const [row] = await site.db.query<{ done: number; taken: number }>(
      `SELECT count(*) FILTER (WHERE state = 'completed')::int AS done, count(*)::int AS taken FROM agent_tasks
       WHERE subject LIKE 'subject-%'`,
    );
    expect(row).to.deep.equal({ done: taskCount, taken: taskCount });
    // What the survivor needs to be asked again for the checks of the site.
    await killed.start();
  });
});
