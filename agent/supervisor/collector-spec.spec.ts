import { expect } from "chai";
import { findFault, isCollectorId, needsSameProcess } from "./collector-spec.ts";
import { exampleSpec } from "./example-spec.ts";

describe("a collector's spec", () => {
  it("cannot name a folder outside its own", () => {
    expect(["..", ".", "a/b", "", "-x", "a\0", "ä", "x".repeat(129)].filter(isCollectorId)).to.deep.equal([]);
    expect(isCollectorId("01JABC.candidate")).to.equal(true);
  });

  it("is refused with the reason when a field is wrong", () => {
    expect(findFault(exampleSpec())).to.equal(undefined);
    expect(findFault(exampleSpec({ collectorId: "../x" }))).to.contain("../x");
    expect(findFault(exampleSpec({ configDigest: "AB" }))).to.contain("SHA-256");
    expect(findFault(exampleSpec({ memoryLimitMib: -1 }))).to.contain("memory");
    expect(findFault(exampleSpec({ windowMs: 0.5 }))).to.contain("window");
    expect(findFault(exampleSpec({ scrapeIntervalMs: Number.NaN }))).to.contain("scrape interval");
    for (const tapUrl of ["", "https://127.0.0.1/", "http://10.0.0.1/", "http://u@127.0.0.1/", "file:///etc/passwd"]) {
      expect(findFault(exampleSpec({ tapUrl })), tapUrl).to.contain("tap");
    }
  });

  it("keeps its process when only words about it change", () => {
    const spec = exampleSpec();
    expect(needsSameProcess(spec, { ...spec, pipeline: "p", experimentId: "e", mustKeep: [] })).to.equal(true);
    const differences = [
      { variant: "b" },
      { windowMs: 0 },
      { scrapeIntervalMs: 0 },
      { memoryLimitMib: 1 },
      { tapUrl: "http://127.0.0.1:1/" },
    ];
    for (const difference of differences) expect(needsSameProcess(spec, { ...spec, ...difference })).to.equal(false);
  });
});
