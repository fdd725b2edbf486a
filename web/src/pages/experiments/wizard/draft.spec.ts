import { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { expect } from "chai";
import { nameOf, newDraft, readExpressions, specOf } from "./draft.ts";
import { ownLoad, readOwnLoad } from "./own-load.ts";

describe("a draft of an experiment", () => {
  it("takes one expression a line", () => {
    expect(readExpressions(" postgres \n\nnginx.*\n")).to.deep.equal(["postgres", "nginx.*"]);
  });

  it("asks for what was chosen and nothing else", () => {
    const spec = specOf({
      ...newDraft({ baseline: "process-baseline-v1", candidate: "process-topk-v1" }),
      hostMode: "labels",
      labels: "role=web",
      hosts: ["left-over"],
      candidates: [
        { name: "process-topk-v1", version: 2, variables: { k: "5", window: "" } },
        { name: "process-aggregated-v1", version: 0, variables: {} },
      ],
      mustKeep: "postgres",
      minimumReduction: 30,
    });
    expect(spec.hosts).to.deep.equal({ hosts: [], labels: { role: "web" } });
    expect(spec.arms).to.deep.equal([
      { variant: "baseline", pipeline: { name: "process-baseline-v1", version: 0, variables: {} } },
      { variant: "candidate", pipeline: { name: "process-topk-v1", version: 2, variables: { k: "5" } } },
      { variant: "candidate-2", pipeline: { name: "process-aggregated-v1", version: 0, variables: {} } },
    ]);
    expect(spec).to.include({ minimumReductionRatio: 0.3, scopeAccepted: false });
    expect(spec).to.not.have.any.keys("load", "calibrationDuration", "maxDuration");
  });

  it("asks for a load of one's own, and for what is not left to the profile", () => {
    const spec = specOf({
      ...newDraft({ baseline: "a", candidate: "b" }),
      load: ownLoad,
      processes: 7,
      estimator: "fleet-total",
      mostMinutes: 3,
      calibrationMinutes: 0,
      overheadMargin: 25,
    });
    expect(spec.load).to.deep.include({ processes: 7, seed: 1n });
    expect(spec.load?.custom).to.deep.include({ name: "mine", defaultProcesses: 20 });
    expect(spec).to.include({ estimator: Estimator.FLEET_TOTAL, overheadMarginRatio: 0.25 });
    expect(spec.maxDuration?.seconds).to.equal(180n);
    expect(spec.calibrationDuration?.seconds).to.equal(0n);
  });

  it("says where a load of one's own is wrong", () => {
    const { profile, marks } = readOwnLoad("name: mine\ndescription: Few.\ndefault_processes: 4\ncpu_ratio: 9\n");
    expect(profile).to.equal(undefined);
    expect(marks).to.deep.include({
      severity: "error",
      line: 4,
      column: 1,
      message: "cpu_ratio: must be a number from 0 to 4",
    });
  });

  it("has a name when none was given", () => {
    const draft = newDraft({ baseline: "a", candidate: "b" });
    expect(nameOf(draft)).to.equal("b against a");
    expect(nameOf({ ...draft, name: " mine " })).to.equal("mine");
  });
});
