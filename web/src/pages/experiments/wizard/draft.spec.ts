import { expect } from "chai";
import { nameOf, newDraft, readExpressions, specOf } from "./draft.ts";

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
        { name: "process-topk-v1", variables: { k: "5", window: "" } },
        { name: "process-aggregated-v1", variables: {} },
      ],
      mustKeep: "postgres",
      minimumReduction: 30,
    });
    expect(spec.hosts).to.deep.equal({ hosts: [], labels: { role: "web" } });
    expect(spec.arms).to.deep.equal([
      { variant: "baseline", pipeline: { name: "process-baseline-v1", variables: {} } },
      { variant: "candidate", pipeline: { name: "process-topk-v1", variables: { k: "5" } } },
      { variant: "candidate-2", pipeline: { name: "process-aggregated-v1", variables: {} } },
    ]);
    expect(spec).to.include({ minimumReductionRatio: 0.3, scopeAccepted: false });
    expect(spec).to.not.have.any.keys("load", "calibrationDuration");
  });

  it("has a name when none was given", () => {
    const draft = newDraft({ baseline: "a", candidate: "b" });
    expect(nameOf(draft)).to.equal("b against a");
    expect(nameOf({ ...draft, name: " mine " })).to.equal("mine");
  });
});
