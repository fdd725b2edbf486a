import { expect } from "chai";
import { aggregated, comparePipelines, criticalProcesses, priority } from "./compared-pipelines.ts";
import { holdTo } from "./measured-figures.ts";
import { retentionOf } from "./retention-of.ts";

const arms = { "the baseline": "baseline", "the priority filter": priority, "the aggregated pipeline": aggregated };

describe("AT-P06: critical processes in an experiment", function () {
  this.timeout(240_000);

  it("are reported by every arm in every window", async () => {
    const { kpis, panel } = await comparePipelines();
    for (const [name, variant] of Object.entries(arms)) {
      const { seen, reported, names } = retentionOf(panel, variant);
      expect(names, variant).to.include.members(criticalProcesses);
      expect(kpis.get(variant)?.retentionRatio, variant).to.equal(1);
      holdTo("AT-P06", `reported by ${name}, of ${seen} seen`, reported / seen, ["exactly", 1], "%");
    }
  });
});
