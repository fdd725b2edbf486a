import { compileExpression } from "@phoenix/platform/expression";
import { expect } from "chai";
import { createOracle, type Oracle, type ProcessSighting } from "./index.ts";

const WINDOW_MS = 10_000;
const T = 1_763_700_000_000;

function process(name: string, pid = 100, startTicks = 5_000, zombie = false): ProcessSighting {
  return { name, pid, startTicks, zombie, cpuTicks: 0, rssPages: 0, ioBytes: 0 };
}

function oracleOf(...expressions: string[]): Oracle {
  return createOracle({ mustKeep: expressions.map((text) => compileExpression(text)), windowMs: WINDOW_MS });
}

/** A window scanned twice, at 5 % and at 95 %. */
function twoScans(oracle: Oracle, first: ProcessSighting[], last: ProcessSighting[], startMs = T): string[] {
  oracle.observe(first, startMs + 500);
  oracle.observe(last, startMs + 9_500);
  const window = oracle.read(startMs);
  expect(window.incompleteReason).to.equal("");
  return window.mustBeReported.map(({ processName }) => processName);
}

describe("the oracle", () => {
  it("names a process that lived from the first scan to the last", () => {
    const nginx = process("nginx");
    expect(twoScans(oracleOf("nginx"), [nginx, process("cron", 7)], [nginx, process("cron", 7)])).to.deep.equal([
      "nginx",
    ]);
  });

  it("does not name one that was born or gone within the window", () => {
    const nginx = process("nginx");
    expect(twoScans(oracleOf("nginx"), [], [nginx])).to.deep.equal([]);
    expect(twoScans(oracleOf("nginx"), [nginx], [])).to.deep.equal([]);
  });

  it("does not take a restarted process for the one before, under another pid or the same", () => {
    expect(twoScans(oracleOf("nginx"), [process("nginx", 1)], [process("nginx", 2)])).to.deep.equal([]);
    expect(twoScans(oracleOf("nginx"), [process("nginx", 1, 5)], [process("nginx", 1, 6)])).to.deep.equal([]);
  });

  it("names a name once while any one of its processes lived through", () => {
    const first = [process("nginx", 1), process("nginx", 2)];
    const last = [process("nginx", 2), process("nginx", 3)];
    expect(twoScans(oracleOf("nginx"), first, last)).to.deep.equal(["nginx"]);
  });

  it("does not name a process that changed its name meanwhile", () => {
    expect(twoScans(oracleOf("sh|nginx"), [process("sh")], [process("nginx")])).to.deep.equal([]);
  });

  it("does not name a zombie", () => {
    expect(twoScans(oracleOf("nginx"), [process("nginx")], [process("nginx", 100, 5_000, true)])).to.deep.equal([]);
  });

  it("gives each expression that matches a name its own entry", () => {
    const oracle = oracleOf("pay.*", "payment-api", "other");
    const seen = [process("payment-api"), process("payday", 3)];
    oracle.observe(seen, T + 1);
    oracle.observe(seen, T + 9_999);
    expect(oracle.read(T).mustBeReported).to.deep.equal([
      { expression: "pay.*", processName: "payday" },
      { expression: "pay.*", processName: "payment-api" },
      { expression: "payment-api", processName: "payment-api" },
    ]);
  });

  it("goes by the outermost scans, in whatever order they come", () => {
    const oracle = oracleOf(".*");
    oracle.observe([process("a"), process("b", 2)], T + 9_000);
    oracle.observe([process("b", 2)], T + 5_000);
    oracle.observe([process("a"), process("c", 3)], T + 500);
    const window = oracle.read(T);
    expect(window.scans).to.equal(3);
    expect(window.mustBeReported.map(({ processName }) => processName)).to.deep.equal(["a"]);
  });

  it("says nothing of a window that was not scanned at both ends, and why", () => {
    const cases: [number[], RegExp][] = [
      [[], /no scan/],
      [[500], /last scan came 9500 ms before/],
      [[9_500], /first scan came 9500 ms into/],
      [[2_501, 9_500], /first scan came 2501/],
      [[500, 7_499], /last scan came 2501/],
    ];
    for (const [offsets, words] of cases) {
      const oracle = oracleOf("nginx");
      for (const offset of offsets) oracle.observe([process("nginx")], T + offset);
      const window = oracle.read(T);
      expect(window.incompleteReason).to.match(words);
      expect(window.mustBeReported).to.deep.equal([]);
      expect(window.scans).to.equal(offsets.length);
    }
  });

  it("answers again for each arm, and forgets windows that are long over", () => {
    const oracle = oracleOf("nginx");
    for (let n = 0; n < 9; n++) twoScans(oracle, [process("nginx")], [process("nginx")], T + n * WINDOW_MS);
    expect(oracle.read(T + 8 * WINDOW_MS)).to.deep.equal(oracle.read(T + 8 * WINDOW_MS));
    expect(oracle.read(T + WINDOW_MS).mustBeReported.length).to.equal(1);
    expect(oracle.read(T).incompleteReason).to.match(/no scan/);
  });
});
