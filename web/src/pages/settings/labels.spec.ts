import { expect } from "chai";
import { formatLabels, parseLabels } from "./labels.ts";

describe("labels in a line", () => {
  it("are read as they are written", () => {
    const labels = { env: "prod", team: "web", empty: "", formula: "a=b" };
    expect(parseLabels(formatLabels(labels))).to.deep.equal({ labels });
    expect(formatLabels({ b: "2", a: "1" })).to.equal("a=1, b=2");
    expect(parseLabels("  a = 1 ,, ")).to.deep.equal({ labels: { a: "1" } });
  });

  it("say what is wrong with them", () => {
    expect(parseLabels("prod")).to.have.property("problem").that.includes('"prod"');
    expect(parseLabels("=prod")).to.have.property("problem");
    expect(parseLabels("a=1, a=2")).to.have.property("problem").that.includes("twice");
  });
});
