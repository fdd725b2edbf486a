import { readDocument } from "@phoenix/catalog";
import { expect } from "chai";
import fc from "fast-check";
import { filesOfChoice, filesOfDelay, filesOfLevel, pidsOfFiles } from "./filter-files.ts";

/** What a collector reads in a file. */
const readValue = (text: string): unknown => readDocument(text).value;

describe("what a collector reads of a moving filter", () => {
  it("is a list of the chosen processes that can be read back, and never an empty one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 4_194_304 })), (pids) => {
        const files = filesOfChoice(pids.map((pid) => ({ pid, name: "some" })));
        const listed = readValue(files["pids.yaml"] ?? "") as { strict: string }[];
        expect(listed).to.deep.equal((pids.length > 0 ? pids : [0]).map((pid) => ({ strict: String(pid) })));
        expect(pidsOfFiles(files)).to.deep.equal(pids);
      }),
    );
  });

  it("names the chosen processes, each as it is and no other", () => {
    const patternOf = (...names: string[]): RegExp => {
      const files = filesOfChoice(names.map((name, index) => ({ pid: index + 1, name })));
      const [pattern] = readValue(files["names.yaml"] ?? "") as string[];
      return new RegExp(pattern ?? "");
    };
    const pattern = patternOf("nginx", "kworker/0:1", "a.out", "c++", "tmux: server");
    const all = ["nginx", "kworker/0:1", "a.out", "c++", "tmux: server", "nginx2", "a-out", "cc", ""];
    expect(all.filter((name) => pattern.test(name))).to.deep.equal(all.slice(0, 5));
    expect(["", "a"].filter((name) => patternOf().test(name))).to.deep.equal([""]);
  });

  it("never has a name in it that could be more than text", () => {
    const hostile = [
      `\${env:PHX_TAP_URL}`,
      `\${file:/etc/shadow}`,
      "a'\n- b",
      "$$",
      "a|b",
      "(",
      "\\",
      "\u2028",
      "",
      "é",
    ];
    const name = fc.oneof(
      fc.constantFrom(...hostile),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constant("plain"),
    );
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const files = filesOfChoice(names.map((each, index) => ({ pid: index + 1, name: each })));
        expect(files["names.yaml"]).to.match(/^- '(\.\*|\^\(\?:[A-Za-z0-9 _.:@+/[\]|-]+\)\$)'$/);
        const pattern = new RegExp((readValue(files["names.yaml"] ?? "") as string[])[0] ?? "", "s");
        for (const each of names) expect(pattern.test(each)).to.equal(true);
      }),
      { numRuns: 50 },
    );
  }).timeout(10_000);

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
    const all = { ...filesOfChoice([{ pid: 1, name: "a" }]), ...filesOfDelay("100ms", "all") };
    expect(Object.keys(filesOfDelay("100ms", "moved"))).to.deep.equal(["moved_delay"]);
    for (const content of Object.values(all)) expect(content).to.match(/\S$/);
  });
});
