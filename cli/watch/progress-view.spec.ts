import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AssuranceLevel, Decision, Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type Experiment,
  ExperimentPhase,
  ExperimentSchema,
} from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { expect } from "chai";
import { progressView } from "./progress-view.ts";

type Init = Exclude<MessageInitShape<typeof ExperimentSchema>, Experiment>;

const measuring = {
  experimentId: "exp-1",
  name: "try",
  phase: ExperimentPhase.RUNNING,
  phaseReason: "4 of at most 48 blocks.",
  plan: { minimumBlocks: 8 },
  secondsRemaining: 125,
  verdicts: [
    {
      variant: "candidate",
      decision: Decision.CONTINUE,
      reason: "More evidence is needed.",
      blocks: 4,
      primary: {
        kpi: Kpi.ACTIVE_SERIES,
        baselineMean: 1000,
        candidateMean: 300,
        reduction: { estimate: 0.7, low: 0.6, high: 0.8 },
        blocks: 4,
      },
      retention: { ratio: 1, windowsChecked: 8, processNames: ["postgres", "nginx"] },
      assurance: { level: AssuranceLevel.REDUCED, reasons: ["no A/A period", "1 host"] },
    },
  ],
} satisfies Init;

const view = (over: Init = {}, columns = 120): string[] =>
  progressView(create(ExperimentSchema, { ...measuring, ...over }), columns).split("\n");

describe("the picture of an experiment that is followed", () => {
  it("shows phase, progress, effect, retention, assurance and time left", () => {
    expect(view()).to.deep.equal([
      "try  exp-1",
      "pending > initializing > [RUNNING] > analyzing > completed",
      "4 of at most 48 blocks.",
      "",
      "candidate: MEASURING  ########........ block 4 of at least 8",
      "  series     1,000 -> 300",
      "  reduction  70.0 % (60.0 % to 80.0 %)",
      "  retention  100.0 % of 2 must-keep processes",
      "  assurance  reduced: no A/A period; 1 host",
      "  More evidence is needed.",
      "",
      "at most 2 m 05 s to go",
    ]);
  });

  it("has only what is known before anything is measured", () => {
    const start = { phase: ExperimentPhase.INITIALIZING, phaseReason: "", verdicts: [], secondsRemaining: 0 };
    expect(view(start)).to.deep.equal(["try  exp-1", "pending > [INITIALIZING] > running > analyzing > completed"]);
  });

  it("shows an end off the usual way alone", () => {
    expect(view({ phase: ExperimentPhase.CANCELLED })[1]).to.equal("[CANCELLED]");
  });

  it("fills its bar at most, however many blocks there are", () => {
    const many = view({ verdicts: measuring.verdicts.map((verdict) => ({ ...verdict, blocks: 40 })) });
    expect(many[4]).to.contain(`${"#".repeat(16)} block 40 of at least 8`);
  });

  it("fits the terminal, however narrow", () => {
    for (const columns of [60, 20, 2, 1]) {
      for (const line of view({}, columns)) expect(line.length).to.be.at.most(columns);
    }
    const words = (lines: string[]): string => lines.join(" ").replaceAll(/\s+/g, " ");
    expect(words(view({}, 20)), "nothing is cut off").to.contain("More evidence is");
  });
});
