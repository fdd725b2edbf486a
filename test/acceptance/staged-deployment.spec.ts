import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Deployment,
  type DeploymentHost,
  DeploymentState,
  DriftState,
} from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { type CommandResult, runCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";

const names = ["web-1", "web-2", "web-3"];

describe("a pipeline deployed to three hosts on the command line", function () {
  this.timeout(300_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgents(names);
  });

  after(() => site.close());

  const phoenix = (...args: string[]): Promise<CommandResult> => runCommand([...args, "--server", site.apiUrl]);

  const find = async (): Promise<Deployment> => {
    const { deployment } = await site.client.deployments.getDeployment({ deploymentId: "processes" });
    return deployment!;
  };

  const hosts = async (): Promise<DeploymentHost[]> => {
    const { deploymentId } = await find();
    return (await site.client.deployments.listDeploymentHosts({ deploymentId })).hosts;
  };

  /** Waits until every host runs what is wanted, and gives the digest. */
  const allInSync = (): Promise<string> =>
    eventually(
      "every host to be in sync",
      async () => {
        const { counts, wanted } = await find();
        return counts?.inSync === names.length ? wanted?.configDigest : undefined;
      },
      60_000,
    );

  const runningDigests = async (): Promise<string[]> => (await hosts()).map((host) => host.runningDigest);

  let first = "";
  let second = "";

  it("goes to all of them, and says so", async () => {
    const strategy = ["--canary", "1", "--steps", "100", "--dwell", "2s"];
    const { code, stdout, stderr } = await phoenix(
      ...["pipeline", "deploy", "process-baseline-v1", "--name", "processes", ...strategy, "--wait"],
      ...names.flatMap((name) => ["--host", name]),
    );
    expect(code, stderr).to.equal(0);
    expect(stderr).to.include("Step 1 of 2").and.to.include("Every host runs version 1.");
    expect(stdout).to.match(/State +rolled out/);
    first = await allInSync();
    expect(await runningDigests()).to.deep.equal([first, first, first]);
    const { stdout: config } = await phoenix("pipeline", "get-config", "web-2");
    expect(config).to.include("host_metrics");
  });

  it("changes on a canary before the others, with a version that is sound", async () => {
    const { code, stderr } = await phoenix(
      ...["pipeline", "deploy", "process-priority-filter-v1", "--name", "processes", "--wait"],
    );
    expect(code, stderr).to.equal(0);
    second = await allInSync();
    expect(second).to.not.equal(first);
    expect(await runningDigests()).to.deep.equal([second, second, second]);
  });

  it("is stopped at the canary and goes back by itself when the collector dies after 5 s", async () => {
    const file = join(import.meta.dirname, "process-titles-v1.yaml");
    const created = await phoenix("pipeline", "create", "-f", file, "--publish");
    expect(created.code, "the collector accepts it").to.equal(0);
    const { code, stderr } = await phoenix(
      ...["pipeline", "deploy", "process-titles-v1", "--name", "processes", "--dwell", "60s", "--wait"],
    );
    expect(code).to.equal(4);
    expect(stderr).to.include('The gate "unhealthy" failed in step 1 of 2').and.to.include("1 of 1 hosts told");
    expect(await allInSync()).to.equal(second);
    const back = await find();
    expect([back.state, back.wanted?.version]).to.deep.equal([DeploymentState.ROLLED_BACK, 4]);
    const { versions } = await site.client.deployments.listDeploymentVersions({ deploymentId: back.deploymentId });
    expect(versions.find(({ version }) => version === 3)).to.include({ quarantined: true });

    const again = await phoenix("pipeline", "deploy", "process-titles-v1", "--name", "processes");
    expect(again.code).to.equal(4);
    expect(again.stderr).to.include("quarantined");
  });

  it("is found edited by hand on one host, and is repaired", async () => {
    const file = join(site.folder, "agent-web-3", "collectors", "active", "config.yaml");
    writeFileSync(file, "# somebody was here\n", { flag: "a" });
    await eventually(
      "the edit to be found",
      async () =>
        (await hosts()).some(({ hostName, drift }) => hostName === "web-3" && drift === DriftState.EDITED) || undefined,
      60_000,
    );
    const { stdout } = await phoenix("deployment", "hosts", "processes", "--drifted");
    expect(stdout).to.match(/web-3 +edited/);
    const { code, stderr } = await phoenix("deployment", "repair", "processes", "--reason", "nobody edits here");
    expect(code, stderr).to.equal(0);
    await allInSync();
    const { stdout: story } = await phoenix("deployment", "events", "processes");
    expect(story).to.include("web-3 drifted (edited)").and.to.include("web-3 runs what is wanted again");
  });

  it("refuses a pipeline that is not one, and says why", async () => {
    const { code, stderr } = await phoenix("pipeline", "deploy", "process-no-such", "--name", "other");
    expect(code).to.equal(3);
    expect(stderr).to.include("process-no-such");
    const variable = await phoenix(
      "pipeline",
      "deploy",
      "process-baseline-v1",
      "--name",
      "other",
      "--var",
      "nonsense=1",
    );
    expect(variable.code).to.equal(2);
    expect(variable.stderr).to.include("nonsense");
  });

  it("goes back to the first version when asked, and is taken off when deleted", async () => {
    const rolled = await phoenix("pipeline", "rollback", "processes", "--to", "1", "--reason", "as it was");
    expect(rolled.code, rolled.stderr).to.equal(0);
    expect(await allInSync()).to.equal(first);
    const asked = await phoenix("deployment", "delete", "processes");
    expect(asked.code, "nobody is there to answer").to.equal(2);
    const deleted = await phoenix("deployment", "delete", "processes", "--yes", "--reason", "tidy");
    expect(deleted.code, deleted.stderr).to.equal(0);
    await eventually("no collector to be left", async () => {
      const all = await Promise.all(names.map((name) => site.client.fleet.getHost({ hostId: name })));
      return all.every(({ host }) => host?.collectors.length === 0) || undefined;
    });
    const { stdout } = await phoenix("deployment", "list");
    expect(stdout).to.include("There are no deployments.");
  });
});
