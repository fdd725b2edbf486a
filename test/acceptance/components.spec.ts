import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogFolder } from "@phoenix/catalog";
import { findCollector } from "@phoenix/collector";
import { ErrorReason, fromConnectError } from "@phoenix/platform/errors";
import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { runCommand } from "../harness/phoenix-command.ts";
import { createSite, type Site } from "../harness/site.ts";
import { activeCollector, deploy, hostOf, pipelineCommand, tryToDeploy } from "./deployed.ts";

/** A component that no pipeline of the catalog needs. */
const rare = "metrics_transform";

describe("hosts whose collectors contain different components", function () {
  this.timeout(240_000);
  let site: Site;
  let mine: string;

  before(async () => {
    const { path } = await findCollector();
    site = await createSite();
    const poorer = join(site.folder, "poorer-collector");
    writeFileSync(
      poorer,
      `#!/bin/sh\nif [ "$1" = components ]; then "${path}" components | sed 's/name: ${rare}$/name: something_else/'; else exec "${path}" "$@"; fi\n`,
    );
    chmodSync(poorer, 0o755);
    await site.startServer();
    await site.startAgent("web-1");
    await site.startAgent("web-2", ["--collector", poorer]);
    const shipped = readFileSync(join(catalogFolder, "process-priority-filter-v1", "pipeline.yaml"), "utf8");
    mine = join(site.folder, "renamed-v1.yaml");
    const settings = "{transforms: [{include: system.cpu.time, action: update, new_name: cpu.time}]}";
    writeFileSync(
      mine,
      shipped
        .replace("name: process-priority-filter-v1", "name: renamed-v1")
        .replace("processors:\n", `processors:\n  ${rare}/rename: ${settings}\n`)
        .replace("processors: [", `processors: [${rare}/rename, `),
    );
  });

  after(() => site.close());

  it("tell what they contain, are asked once for each set, and run only what theirs can", async () => {
    const groups = await eventually("both to have told", async () => {
      const found = (await site.client.fleet.listHostComponents({})).groups;
      const told = found.length === 2 && found.every(({ components }) => components !== undefined);
      return told ? found : undefined;
    });
    const having = groups.filter(({ components }) => components?.processors.includes(rare));
    expect(having.map(({ hostNames }) => hostNames)).to.deep.equal([["web-1"]]);
    const shown = await runCommand(["host", "show", "web-2", "--components", "--server", site.apiUrl]);
    expect(shown.stdout).to.match(/^processors +.*something_else/m);

    const fit = await pipelineCommand(site, "validate", mine, "--host", "web-1");
    expect(fit.code, fit.stdout + fit.stderr).to.equal(0);
    const unfit = await pipelineCommand(site, "validate", mine, "--host", "web-1", "--host", "web-2");
    expect(unfit.code).to.equal(4);
    expect(unfit.stdout).to.match(
      new RegExp(`^\\S+:\\d+:3: error: The collector .* of web-2 has no processor of the type ${rare}`, "m"),
    );

    const created = await pipelineCommand(site, "create", "--file", mine, "--publish");
    expect(created.code, created.stderr).to.equal(0);
    const everywhere = await tryToDeploy(site, "renamed-v1");
    expect(everywhere.code).to.be.greaterThan(0);
    expect(everywhere.stderr).to.contain(`of web-2 has no processor of the type ${rare}`);
    const arms = ["process-baseline-v1", "renamed-v1"].map((name, index) => ({
      variant: index === 0 ? "baseline" : "candidate",
      pipeline: { name },
    }));
    const experiment = { name: "unfit", spec: { arms, hosts: { hosts: ["web-2"] } } };
    const refusal = await site.client.experiments.createExperiment(experiment).catch(fromConnectError);
    expect(refusal).to.have.property("reason", ErrorReason.COMPONENT_MISSING);
    expect((await site.client.fleet.listTasks({})).tasks).to.deep.equal([]);

    const deploymentId = await deploy(site, "renamed-v1", "--host", "web-1");
    const { wantedDigest } = await hostOf(site, deploymentId);
    expect((await activeCollector(site, "web-1", wantedDigest)).pipeline).to.equal("renamed-v1");
  });
});
