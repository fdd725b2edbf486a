import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogFolder } from "@phoenix/catalog";
import { expect } from "chai";
import { createSite, type Site } from "../harness/site.ts";
import { activeCollector, deploy, hostOf, pipelineCommand, tryToDeploy } from "./deployed.ts";
import { holdTo } from "./measured-figures.ts";

/** What is tried, and what the command has to say of it. */
type Attempt = { what: string; args: string[]; said: RegExp };

const attempts: Attempt[] = [
  { what: "a draft with an error", args: ["dangling-v1"], said: /dangling-v1.*draft/i },
  { what: "a draft that the collector refuses", args: ["refused-v1"], said: /refused-v1.*draft/i },
  {
    what: "a variable that is no duration",
    args: ["process-baseline-v1", "--var", "interval=soon"],
    said: /interval.*soon/,
  },
  { what: "a variable that is not there", args: ["process-baseline-v1", "--var", "topk=5"], said: /topk/ },
  {
    what: "an expression that the collector refuses",
    args: ["process-priority-filter-v1", "--var", "high=a{2000}"],
    said: /repeat|refuses/i,
  },
  {
    what: "a must-keep expression that is none",
    args: ["process-priority-filter-v1", "--must-keep", "a("],
    said: /a\(/,
  },
  { what: "a pipeline that is not there", args: ["process-absent-v1"], said: /process-absent-v1/ },
];

describe("AT-P07: deploying an invalid pipeline", function () {
  this.timeout(240_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(() => site.close());

  /** A pipeline file of the catalog under another name with a mistake in it; gives its path and the line of the mistake. */
  function writeBroken(name: string, from: string, to: string): { path: string; line: number } {
    const text = readFileSync(join(catalogFolder, "process-priority-filter-v1", "pipeline.yaml"), "utf8");
    const broken = text.replace("name: process-priority-filter-v1", `name: ${name}`).replace(from, to);
    const path = join(site.folder, `${name}.yaml`);
    writeFileSync(path, broken);
    return { path, line: broken.split("\n").findIndex((each) => each.includes(to)) + 1 };
  }

  async function tasksOfHost(): Promise<string[]> {
    const { tasks } = await site.client.fleet.listTasks({ hostId: await site.waitForHost("web-1"), pageSize: 500 });
    return tasks.map(({ taskId }) => taskId).toSorted();
  }

  /** Tries everything, and gives how much of it was refused with the reason. */
  async function refusals(): Promise<number> {
    let refused = 0;
    for (const { what, args, said } of attempts) {
      const { code, stdout, stderr } = await tryToDeploy(site, ...args, "--host", "web-1");
      expect(code, `${what}: ${stdout}${stderr}`).to.be.oneOf([2, 3, 4]);
      expect(stderr, what).to.match(said);
      refused += 1;
    }
    return refused;
  }

  it("ends with an error that says why, and nothing of it reaches the host", async () => {
    const dangling = writeBroken("dangling-v1", "filter/high]", "filter/absent]");
    const refused = writeBroken("refused-v1", "not IsMatch", "not IsMatchh");
    const publish = await pipelineCommand(site, "create", "--file", dangling.path, "--publish");
    expect(publish.code).to.equal(2);
    expect(publish.stderr).to.match(new RegExp(`line ${dangling.line}, column \\d+: .*filter/absent`));
    const asked = await pipelineCommand(site, "create", "--file", refused.path, "--publish");
    expect(asked.code).to.be.greaterThan(0);
    expect(asked.stderr).to.contain("IsMatchh");
    for (const { path } of [dangling, refused]) {
      expect((await pipelineCommand(site, "create", "--file", path)).code).to.equal(0);
    }

    expect(await refusals()).to.equal(attempts.length);
    expect((await site.client.deployments.listDeployments({})).deployments).to.deep.equal([]);
    const { host } = await site.client.fleet.getHost({ hostId: "web-1" });
    expect(host?.collectors).to.deep.equal([]);
    holdTo("AT-P07", "tasks of a host without a deployment", (await tasksOfHost()).length, ["exactly", 0]);

    const deploymentId = await deploy(site, "process-baseline-v1", "--host", "web-1");
    const { wantedDigest } = await hostOf(site, deploymentId);
    const before = await activeCollector(site, "web-1", wantedDigest);
    const tasks = await tasksOfHost();
    const count = await refusals();
    holdTo("AT-P07", `refused with the reason, of ${attempts.length}`, count / attempts.length, ["exactly", 1], "%");
    const pushed = (await tasksOfHost()).filter((id) => !tasks.includes(id)).length;
    holdTo("AT-P07", "tasks that came to a host with one", pushed, ["exactly", 0]);
    expect(await hostOf(site, deploymentId)).to.include({ wantedDigest, runningDigest: wantedDigest });
    const after = await activeCollector(site, "web-1", wantedDigest);
    expect(after).to.include({ pid: before.pid, restarts: before.restarts });
    const { versions } = await site.client.deployments.listDeploymentVersions({ deploymentId });
    expect(versions).to.have.length(1);
  });
});
