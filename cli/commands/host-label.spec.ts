import { expect } from "chai";
import { CommandError } from "../output/command-error.ts";
import { changedLabels } from "./host-label.ts";

describe("labels of a host on the command line", () => {
  it("are set, changed and removed, and the others stay", () => {
    const labels = { group: "web", zone: "a", old: "1" };
    expect(changedLabels(labels, ["group=db", "new=x=y", "old-", "absent-"])).to.deep.equal({
      group: "db",
      zone: "a",
      new: "x=y",
    });
    expect(labels, "what was given stays as it was").to.deep.equal({ group: "web", zone: "a", old: "1" });
  });

  it("may end in a dash", () => {
    expect(changedLabels({}, ["zone=a-"])).to.deep.equal({ zone: "a-" });
  });

  it("refuses what is neither", () => {
    expect(() => changedLabels({}, ["web"])).to.throw(CommandError, "name-");
  });
});
