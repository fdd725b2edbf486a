import { expect } from "chai";
import { readLabels } from "./labels.ts";

describe("labels", () => {
  it("are read as people write them, and it is said when they cannot be", () => {
    expect(readLabels("role=web, zone=a\n tier = 1 ")).to.deep.equal({ role: "web", zone: "a", tier: "1" });
    expect(readLabels("")).to.deep.equal({});
    expect(readLabels("role")).to.equal(undefined);
    expect(readLabels("=web")).to.equal(undefined);
    expect(readLabels("a=b=c")).to.equal(undefined);
  });
});
