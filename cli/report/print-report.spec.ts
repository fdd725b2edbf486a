import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentPhase } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { ReportData } from "@phoenix/report";
import { scriptedReport } from "@phoenix/report/testing";
import { expect } from "chai";
import { printExperiments } from "./print-experiments.ts";
import { printReport } from "./print-report.ts";

/** The cells of the line that begins with a text. */
function lineOf(text: string, begin: string): string[] {
  const line = text.split("\n").find((one) => one.startsWith(begin)) ?? "";
  return line.split(/ {2,}/);
}

describe("a comparison for a terminal", () => {
  const text = printReport(scriptedReport());

  it("has a column for each arm, and each change with its interval in words", () => {
    expect(lineOf(text, "MEASURED")).to.deep.equal([
      "MEASURED",
      "BASELINE",
      "CANDIDATE",
      "AGAINST BASELINE",
      "CANDIDATE-2",
      "AGAINST BASELINE",
    ]);
    expect(lineOf(text, "active series")).to.deep.equal([
      "active series",
      "2,454",
      "859",
      "65.0 % less (61.0 % to 69.0 % less)",
      "1,472",
      "40.0 % less (31.0 % to 47.0 % less)",
    ]);
    expect(lineOf(text, "collector memory")[3]).to.equal("3.0 % more (7.0 % more to 1.0 % less)");
    expect(lineOf(text, "distinct series")[3]).to.equal("65.0 % less (no interval)");
  });

  it("has each verdict with why, every miss, savings, contributors, the second source and the checks", () => {
    for (const words of [
      "PROMOTE",
      "payment-api was missing for 4 windows.",
      "20 windows (20 m 00 s)",
      "20 minutes (Grafana Cloud)",
      "$41.47 ($38.15 to $44.79)",
      "$0.40 ($0.10 to $0.70)",
      "$4,107.00",
      "process.cpu.time",
      "resource.process.pid",
      "It has no such series.",
      "pair-loss",
      "newey-west",
      "reduced: neighbouring blocks are correlated",
    ]) {
      expect(text).to.contain(words);
    }
  });

  it("says that it is so far while it is measured", () => {
    const data = scriptedReport();
    const verdicts = data.verdicts.map((verdict) => ({ ...verdict, decision: Decision.CONTINUE }));
    const soFar = printReport({
      ...data,
      verdicts,
      experiment: { ...data.experiment, phase: ExperimentPhase.RUNNING },
    });
    expect(soFar)
      .to.match(/MEASURING\nWhy +so far: The candidate/)
      .and.contain("All figures are so far");
  });

  it("says what to do where nothing is measured, and shows no table", () => {
    const none = { verdicts: [], kpis: [], costs: [], assumptions: [], contributors: [], series: [] };
    const experiment = { ...scriptedReport().experiment, phase: ExperimentPhase.INITIALIZING };
    const early = printReport({ ...none, experiment, sources: undefined, sightings: undefined });
    expect(early).to.contain("phoenix experiment status exp-scripted --watch").and.not.contain("MEASURED");
  });

  it("shows what a host wrote, and does not let the terminal obey it", () => {
    const shown = printReport(scriptedReport(() => "\u001b[2J\u202ename"));
    expect(shown).to.contain("␛[2J[U+202E]name");
    expect(shown.replaceAll("\n", "")).to.not.match(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});

describe("several experiments for a terminal", () => {
  it("have a row for each candidate, priced under the first book that all have", () => {
    const first = scriptedReport();
    const second: ReportData = {
      ...scriptedReport(),
      experiment: { ...first.experiment, experimentId: "exp-other" },
      costs: first.costs.slice(1),
    };
    const lines = printExperiments([first, second]).split("\n");
    expect(lines[0]).to.contain("SAVED A MONTH AT DATADOG PRO");
    expect(lines.slice(1).map((line) => line.split(/ {2,}/)[0])).to.deep.equal([
      "exp-scripted",
      "exp-scripted",
      "exp-other",
      "exp-other",
    ]);
    expect(lines[1]).to.match(/65\.0 % less \(61\.0 % to 69\.0 % less\) +\$171\.85 \(.*\) +PROMOTE +standard$/);
    expect(lines[4]).to.match(/process-aggregated-v1 .* REJECT +reduced$/);
  });

  it("say that one was not measured yet, without a price", () => {
    const { experiment, ...rest } = scriptedReport();
    const bare = { ...rest, experiment, verdicts: [], costs: [] };
    expect(printExperiments([bare]))
      .to.contain("not measured yet")
      .and.not.contain("SAVED");
  });
});
