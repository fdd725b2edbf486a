import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { startMainJob } from "./main-job.ts";

describe("where the series of two real pipelines come from", function () {
  this.timeout(180_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
  });

  after(() => site.close());

  it("is known of both arms soon after they run, and agrees with what was counted in all", async () => {
    await site.startAgent("web-1");
    const experimentId = await startMainJob(site, "web-1", 30);
    const arms = await eventually(
      "the contributors of both arms",
      async () => {
        const { arms } = await site.client.benchmark.getTopContributors({ experimentId, limit: 20 });
        return arms.length === 2 && arms.every(({ windows }) => windows > 0) ? arms : undefined;
      },
      90_000,
    );
    await site.client.experiments.cancelExperiment({ experimentId, reason: "seen" });
    const panel = await readPanel(site, experimentId);
    const contributors = (variant: string) => {
      const arm = arms.find((one) => one.variant === variant);
      const all = panel.filter((one) => one.variant === variant).flatMap(({ windows }) => windows);
      const active = all.map(({ activeSeries }) => Number(activeSeries)).filter((series) => series > 0);
      return {
        sum: (arm?.metrics ?? []).reduce((sum, { series }) => sum + Number(series), 0),
        least: Math.min(...active),
        most: Math.max(...active),
        metrics: arm?.metrics.map(({ name }) => name) ?? [],
        attribute: (name: string) => arm?.attributes.find((one) => one.name === name),
        first: arm?.attributes[0],
      };
    };
    for (const variant of ["baseline", "candidate"]) {
      const { sum, least, most, metrics, attribute } = contributors(variant);
      // Where five minutes of the clock ended meanwhile it is the mean of two windows, rounded for each metric.
      expect(sum, variant).to.be.within(least - metrics.length, most + metrics.length);
      // Every series says which host it is of, and there is one.
      const host = attribute("resource.host.name");
      expect(host, variant).to.include({ distinctValues: 1n });
      expect(Number(host?.series), variant).to.be.closeTo(sum, metrics.length);
    }
    const baseline = contributors("baseline");
    expect(baseline.metrics).to.include.members(["process.cpu.time", "process.memory.usage"]);
    expect(baseline.first?.name).to.equal("resource.process.pid");
    expect(Number(baseline.first?.distinctValues)).to.be.at.least(30);
    const pidsKept = Number(contributors("candidate").attribute("resource.process.pid")?.distinctValues);
    expect(pidsKept).to.be.within(1, Number(baseline.first?.distinctValues) - 1);
  });
});
