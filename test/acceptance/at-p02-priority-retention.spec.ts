import { expect } from "chai";
import { comparePipelines, criticalProcesses, priority } from "./compared-pipelines.ts";
import { holdTo } from "./measured-figures.ts";
import { retentionOf } from "./retention-of.ts";

describe("AT-P02: the priority filter", function () {
  this.timeout(240_000);

  it("keeps every critical process and sends far less", async () => {
    const { kpis, panel } = await comparePipelines();
    const { seen, reported, names } = retentionOf(panel, priority);
    expect(names).to.include.members(criticalProcesses);
    holdTo("AT-P02", `critical processes reported, of ${seen} seen`, reported / seen, ["exactly", 1], "%");
    expect(kpis.get(priority)?.retentionRatio).to.equal(1);
    const share = (kpis.get(priority)?.activeSeriesMean ?? Number.NaN) / (kpis.get("baseline")?.activeSeriesMean ?? 0);
    holdTo("AT-P02", "fewer series than the baseline", 1 - share, ["least", 0.3], "%");
  });
});
