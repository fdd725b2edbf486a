import { expect } from "chai";
import { scopeChoices } from "./scope-choices.ts";

describe("what a token can be limited to", () => {
  it("is each service whole, and each call of it", () => {
    const methods = new Set(["phoenix.b.v1.Beta/Get", "phoenix.a.v1.Alpha/Stop", "phoenix.a.v1.Alpha/Get"]);
    expect(scopeChoices(methods)).to.deep.equal([
      {
        group: "Alpha",
        items: [
          { value: "phoenix.a.v1.Alpha/*", label: "Alpha/*" },
          { value: "phoenix.a.v1.Alpha/Get", label: "Alpha/Get" },
          { value: "phoenix.a.v1.Alpha/Stop", label: "Alpha/Stop" },
        ],
      },
      {
        group: "Beta",
        items: [
          { value: "phoenix.b.v1.Beta/*", label: "Beta/*" },
          { value: "phoenix.b.v1.Beta/Get", label: "Beta/Get" },
        ],
      },
    ]);
    expect(scopeChoices(undefined)).to.deep.equal([]);
  });
});
