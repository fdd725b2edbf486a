import { DeploymentState, DriftState } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { expect } from "chai";
import { createSite, type Site } from "../harness/site.ts";
import { activeCollector, deploy, deploymentName, hostOf, pipelineCommand } from "./deployed.ts";
import { holdTo } from "./measured-figures.ts";

describe("AT-P11: a rollback", function () {
  this.timeout(240_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(() => site.close());

  it("brings the version before back to the host", async () => {
    const deploymentId = await deploy(site, "process-baseline-v1", "--host", "web-1");
    const before = (await hostOf(site, deploymentId)).wantedDigest;
    await activeCollector(site, "web-1", before);
    await deploy(site, "process-priority-filter-v1");
    const after = (await hostOf(site, deploymentId)).wantedDigest;
    expect(after).to.not.equal(before);
    await activeCollector(site, "web-1", after);

    const beganMs = performance.now();
    const rollback = await pipelineCommand(site, "rollback", deploymentName, "--reason", "acceptance");
    expect(rollback.code, rollback.stdout + rollback.stderr).to.equal(0);
    const { pipeline } = await activeCollector(site, "web-1", before);
    const seconds = (performance.now() - beganMs) / 1000;
    holdTo("AT-P11", "until the command was back and the version before ran", seconds, ["most", 60], "s");
    expect(pipeline).to.equal("process-baseline-v1");
    expect(await hostOf(site, deploymentId)).to.include({
      drift: DriftState.IN_SYNC,
      wantedDigest: before,
      runningDigest: before,
    });
    const { deployment } = await site.client.deployments.getDeployment({ deploymentId });
    expect(deployment?.state).to.equal(DeploymentState.ROLLED_BACK);
  });
});
