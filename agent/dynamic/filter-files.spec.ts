import { expect } from "chai";
import fc from "fast-check";
import { parse } from "yaml";
import { filesOfDelay, filesOfLevel, filesOfPids, pidsOfFiles } from "./filter-files.ts";

describe("what a collector reads of a moving filter", () => {
  it("is a list of the chosen processes that can be read back, and never an empty one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 4_194_304 })), (pids) => {
        const files = filesOfPids(pids);
        const listed = parse(files["pids.yaml"] ?? "") as { strict: string }[];
        expect(listed).to.deep.equal((pids.length > 0 ? pids : [0]).map((pid) => ({ strict: String(pid) })));
        expect(pidsOfFiles(files)).to.deep.equal(pids);
      }),
    );
  });

  it("is nothing to go by where a list is damaged", () => {
    expect(pidsOfFiles({ "pids.yaml": '- strict: "12\nnonsense' })).to.deep.equal([]);
    expect(pidsOfFiles({})).to.deep.equal([]);
  });

  it("has the floors of a level in the collector's units: a share of all processors, bytes, no exponent", () => {
    const level = {
      name: "tight",
      enterLoad: 0.6,
      leaveLoad: 0.5,
      cpuFloor: 0.000004,
      rssFloorBytes: 134_217_728n,
      intervalFactor: 2,
      minimumAgeMs: 10_000,
    };
    expect(filesOfLevel(level, 15_000, 4)).to.deep.equal({
      process_interval: "30000ms",
      minimum_age: "10000ms",
      cpu_floor: "0.000001000",
      rss_floor_bytes: "134217728",
    });
  });

  it("has no file that ends with a new line, which would be part of the value", () => {
    const all = { ...filesOfPids([1, 2]), ...filesOfDelay("100ms", "all") };
    expect(Object.keys(filesOfDelay("100ms", "moved"))).to.deep.equal(["moved_delay"]);
    for (const content of Object.values(all)) expect(content).to.match(/\S$/);
  });
});
