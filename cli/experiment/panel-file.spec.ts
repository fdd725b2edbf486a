import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { Kpi, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { analyze } from "../commands/analyze.ts";
import { CommandError } from "../output/command-error.ts";
import { createRecordedTerminal } from "../testing/recorded-terminal.ts";
import { scriptedExperiment } from "../testing/scripted-server.ts";
import { type PanelFile, panelFile } from "./panel-file.ts";

describe("a panel file", () => {
  const { experiment, verdict, panel } = scriptedExperiment();
  const fileOf = (over: object = {}, judged: object | null = verdict): PanelFile =>
    panelFile({
      experiment: create(ExperimentSchema, { ...experiment, ...over }),
      variant: "candidate",
      verdict: judged === null ? undefined : create(VerdictSchema, judged),
      panel,
    });

  it("is what the verdict was made of: whole blocks after the warm-up, and nulls where a pair did not count", () => {
    const file = fileOf();
    expect(file).to.include({ windowSeconds: 60, blockWindows: 2, alpha: 0.05, g: 1.3, minimumReduction: 0.2 });
    expect(file.estimator).to.equal("typical-host");
    expect(file.baseline.map((row) => row.length)).to.deep.equal([20, 20, 20]);
    // The third window of a block's grid is the first after the warm-up.
    const { windows = [] } = panel[0] ?? {};
    expect(file.baseline[0]?.slice(0, 3)).to.deep.equal(
      windows.slice(2, 5).map(({ activeSeries }) => Number(activeSeries)),
    );
    const gaps = (rows: (number | null)[][]) =>
      rows.map((row) => row.flatMap((count, at) => (count === null ? [at] : [])));
    expect(gaps(file.baseline)).to.deep.equal([[4], [7], []]);
    expect(gaps(file.candidate)).to.deep.equal(gaps(file.baseline));
  });

  it("has every window there is before a verdict", () => {
    expect(fileOf({}, null).candidate.map((row) => row.length)).to.deep.equal([22, 22, 22]);
  });

  it("shares the error rate among the candidates", () => {
    const arms = ["baseline", "candidate", "candidate-2"].map((variant) => ({ variant }));
    expect(fileOf({ spec: { arms } }).alpha).to.equal(0.025);
  });

  it("takes a host's own offset off the candidate, so that each ratio is less by just that", () => {
    const offsets = [{ hostId: "h3", variant: "candidate", kpi: Kpi.ACTIVE_SERIES, logRatio: 0.2 }];
    const levelled = fileOf({ plan: { ...(experiment.plan as object), calibration: { offsets } } });
    const ratio = (file: PanelFile, host: number): number =>
      Math.log(((file.candidate[host]?.[0] ?? 0) + 0.5) / ((file.baseline[host]?.[0] ?? 0) + 0.5));
    expect(ratio(levelled, 2)).to.be.closeTo(ratio(fileOf(), 2) - 0.2, 1e-12);
    expect(ratio(levelled, 0)).to.equal(ratio(fileOf(), 0));
  });

  it("is judged by `phoenix analyze` on as many blocks", async () => {
    const folder = mkdtempSync(join(tmpdir(), "phoenix-panel-"));
    try {
      const path = join(folder, "panel.json");
      writeFileSync(path, JSON.stringify(fileOf()));
      const terminal = createRecordedTerminal();
      await analyze({ input: path, output: "json" }, terminal);
      const { blocks, reduction } = JSON.parse(terminal.outText());
      expect(blocks).to.equal(verdict.blocks);
      expect(reduction.estimate).to.be.closeTo(0.6, 0.001);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("is refused where nothing is measured", () => {
    const bare = create(ExperimentSchema, { experimentId: "exp-1" });
    const make = () => panelFile({ experiment: bare, variant: "candidate", verdict: undefined, panel: [] });
    expect(make).to.throw(CommandError, "nothing is measured yet").with.property("exitCode", 4);
    expect(() => fileOf({ hosts: [{ hostId: "elsewhere" }] })).to.throw(CommandError, "no window of candidate");
  });
});
