import { expect } from "chai";
import { aggregated, comparePipelines } from "./compared-pipelines.ts";
import { holdTo } from "./measured-figures.ts";

describe("AT-P05: the aggregated pipeline against the baseline", function () {
  this.timeout(240_000);

  it("sends less, and the comparison on the command line says how much", async () => {
    const { json, table } = await comparePipelines();
    expect(json.code, json.stderr).to.equal(0);
    const { kpis } = JSON.parse(json.stdout) as {
      kpis: { variant: string; activeSeriesMean: number; dataPointsPerSecond: number }[];
    };
    const [before, after] = ["baseline", aggregated].map((name) => kpis.find(({ variant }) => variant === name));
    const reduction = (key: "activeSeriesMean" | "dataPointsPerSecond"): number =>
      1 - (after?.[key] ?? Number.NaN) / (before?.[key] ?? 0);
    holdTo("AT-P05", "fewer series than the baseline", reduction("activeSeriesMean"), ["least", 0.5], "%");
    holdTo("AT-P05", "fewer data points than the baseline", reduction("dataPointsPerSecond"), ["least", 0.5], "%");

    expect(table.code, table.stderr).to.equal(0);
    expect(table.stdout).to.contain("process-aggregated-v1").and.to.contain("process-baseline-v1");
    const series = table.stdout.split("\n").find((line) => /^\s*active series/i.test(line));
    expect(series, table.stdout).to.match(/\d/);
  });
});
