import { expect } from "chai";
import { eventually } from "../harness/eventually.ts";
import { startNamedProcess } from "../harness/named-process.ts";
import { readPanel } from "../harness/read-panel.ts";
import { createSite, type Site } from "../harness/site.ts";
import { startMainJob } from "./main-job.ts";
import { holdTo } from "./measured-figures.ts";
import { retentionOf } from "./retention-of.ts";

/** A process that does nothing, so that it would never be among the largest by itself. */
const kept = "at-p03-kept";
const processes = 1_000;
const k = 10;
const enoughWindows = 8;

describe("AT-P03: the largest processes of a host that has very many", function () {
  this.timeout(300_000);
  let site: Site;

  before(async () => {
    site = await createSite();
    await site.startServer();
    await site.startAgent("web-1");
  });

  after(() => site.close());

  it("keeps as many as it says and those nobody may lose, and sends less than half", async () => {
    const keptProcess = startNamedProcess(site.folder, kept);
    try {
      const experimentId = await startMainJob(site, "web-1", processes, {
        arms: [
          { variant: "baseline", pipeline: { name: "process-baseline-v1" } },
          { variant: "candidate", pipeline: { name: "process-topk-v1", variables: { k: String(k), always: "" } } },
        ],
        mustKeep: [kept],
        load: { profile: "high-cardinality", processes, seed: 1n },
      });
      const kpis = await eventually(
        `${enoughWindows} windows of both arms`,
        async () => {
          const { arms } = await site.client.benchmark.calculateKpis({ experimentId });
          const enough = arms.length === 2 && arms.every(({ windows }) => windows >= enoughWindows);
          return enough ? new Map(arms.map((arm) => [arm.variant, arm])) : undefined;
        },
        150_000,
      );
      const { collectors = [] } = (await site.client.fleet.getHost({ hostId: "web-1" })).host ?? {};
      const panel = await readPanel(site, experimentId);

      const [before, after] = ["baseline", "candidate"].map((arm) => kpis.get(arm)?.activeSeriesMean ?? Number.NaN);
      expect(before, "the load is part of what the baseline sends").to.be.greaterThan(processes);
      holdTo("AT-P03", "fewer series than the baseline", 1 - (after ?? 0) / (before ?? 0), ["least", 0.5], "%");

      const { seen, reported, names } = retentionOf(panel, "candidate");
      expect(names).to.deep.equal([kept]);
      holdTo("AT-P03", `must-keep processes reported, of ${seen} seen`, reported / seen, ["exactly", 1], "%");

      // Threads are one series of each process. In some windows it is counted where series come from.
      const counts = panel
        .filter(({ variant }) => variant === "candidate")
        .flatMap(({ windows }) => windows)
        .flatMap(({ contributors }) => contributors?.metrics.find(({ name }) => name === "process.threads") ?? [])
        .map(({ series }) => Number(series));
      expect(counts).to.not.be.empty;
      holdTo("AT-P03", "processes reported besides the must-keep one", Math.max(...counts) - 1, ["most", k]);
      const filter = collectors.find(({ variant }) => variant === "candidate");
      expect(filter?.dynamicDetail).to.match(new RegExp(`^${k} and 1 must-keep of \\d+ processes$`));
    } finally {
      await keptProcess.end();
    }
  });
});
