import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { expect } from "chai";
import { createSite, type Site } from "../harness/site.ts";
import { activeCollector, deploy, hostOf, tryToDeploy } from "./deployed.ts";
import { holdTo } from "./measured-figures.ts";

describe("AT-P12: a configuration that kills the collector", function () {
  this.timeout(240_000);
  let site: Site;
  let squatter: Server;

  before(async () => {
    squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(async () => {
    squatter.close();
    await site.close();
  });

  /** Nothing is wrong with it but that its port is taken, which only a start can show. */
  const deadly = (): string => `name: deadly-v1
title: Ends at its start
strategy: Listens where somebody else does.
keeps: Nothing.
drops: Everything.
variables:
  interval: { type: duration, default: 15s, minimum: 1s, maximum: 1h, help: Time between two scrapes. }
receivers:
  host_metrics/system:
    collection_interval: \${var:interval}
    scrapers: { memory: {} }
  otlp:
    protocols: { http: { endpoint: "127.0.0.1:${(squatter.address() as AddressInfo).port}" } }
pipelines:
  metrics/system: { receivers: [host_metrics/system, otlp] }
`;

  it("leaves the last good one running, and is reported in the collector's words", async () => {
    const { deployments, pipelines } = site.client;
    const deploymentId = await deploy(site, "process-baseline-v1", "--host", "web-1");
    const good = (await hostOf(site, deploymentId)).runningDigest;
    await activeCollector(site, "web-1", good);
    await pipelines.createPipelineVersion({ pipelineFile: deadly(), publish: true });
    const beganMs = performance.now();
    const { code, stdout, stderr } = await tryToDeploy(site, "deadly-v1");
    const active = await activeCollector(site, "web-1", good);
    const seconds = (performance.now() - beganMs) / 1000;
    holdTo("AT-P12", "until it was refused and the last good one ran again", seconds, ["most", 60], "s");
    expect(code, stdout + stderr).to.be.greaterThan(0);
    expect(stdout + stderr).to.contain("address already in use");
    expect(active.pipeline).to.equal("process-baseline-v1");
    // The collector's own last words may be gone with one more start of the good one; the task keeps them.
    const { tasks } = await site.client.fleet.listTasks({ hostId: await site.waitForHost("web-1"), pageSize: 100 });
    const failed = tasks.filter(({ state }) => state === TaskState.FAILED);
    expect(failed.map(({ message }) => message).join("\n")).to.contain("address already in use");

    const { versions } = await deployments.listDeploymentVersions({ deploymentId });
    expect(versions.find(({ pipeline }) => pipeline?.name === "deadly-v1")).to.include({ quarantined: true });
    const again = await tryToDeploy(site, "deadly-v1");
    expect(again.code).to.be.greaterThan(0);
    expect(again.stderr).to.contain("quarantine");
    expect((await hostOf(site, deploymentId)).runningDigest).to.equal(good);
  });
});
