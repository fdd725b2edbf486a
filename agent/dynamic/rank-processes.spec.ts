import { expect } from "chai";
import fc from "fast-check";
import { type ProcessShares, rankProcesses, scoreOf } from "./rank-processes.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const someProcesses = fc.uniqueArray(
  fc.record({ pid: fc.integer({ min: 1, max: 200 }), startTicks: fc.nat(50), cpu: share, rss: share, io: share }),
  { selector: ({ pid }) => pid, maxLength: 40 },
);
const somePids = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 40 });
const someOptions = fc.record({
  processes: fc.integer({ min: 1, max: 20 }),
  weights: fc.record({ cpu: share, rss: share, io: share }),
  hysteresisRatio: fc.double({ min: 0, max: 3, noNaN: true }),
});

const process = (pid: number, cpu: number, startTicks = pid): ProcessShares => ({
  pid,
  startTicks,
  cpu,
  rss: 0,
  io: 0,
});
const byCpu = { processes: 2, weights: { cpu: 1, rss: 0, io: 0 }, hysteresisRatio: 0.2 };

describe("ranking processes", () => {
  it("chooses the K largest by the weighted sum of their shares, by pid", () => {
    const shares = [
      { pid: 9, startTicks: 1, cpu: 0.5, rss: 0, io: 0 },
      { pid: 2, startTicks: 1, cpu: 0, rss: 0.9, io: 0 },
      { pid: 5, startTicks: 1, cpu: 0, rss: 0, io: 1 },
    ];
    const weights = { cpu: 1, rss: 1, io: 0.25 };
    expect(rankProcesses(shares, new Set(), { ...byCpu, weights })).to.deep.equal([2, 9]);
    expect(rankProcesses(shares, new Set(), { ...byCpu, weights: { ...weights, io: 1 } })).to.deep.equal([2, 5]);
  });

  it("lets a process take a chosen one's place only when it scores more by the hysteresis", () => {
    const shares = (of3: number) => [process(1, 0.5), process(2, 0.1), process(3, of3)];
    expect(rankProcesses(shares(0.119), new Set([1, 2]), byCpu)).to.deep.equal([1, 2]);
    expect(rankProcesses(shares(0.121), new Set([1, 2]), byCpu)).to.deep.equal([1, 3]);
  });

  it("decides between equals for who was chosen, then the older, then the lower pid", () => {
    const equals = [process(4, 0, 7), process(3, 0, 7), process(2, 0, 9), process(1, 0, 8)];
    expect(rankProcesses(equals, new Set(), byCpu)).to.deep.equal([3, 4]);
    expect(rankProcesses(equals, new Set([2]), byCpu)).to.deep.equal([2, 3]);
  });

  it("never chooses more than K, never one twice, and fewer only where there are fewer", () => {
    fc.assert(
      fc.property(someProcesses, somePids, someOptions, (shares, before, options) => {
        const chosen = rankProcesses(shares, new Set(before), options);
        expect(chosen).to.have.length(Math.min(options.processes, shares.length));
        expect(new Set(chosen).size).to.equal(chosen.length);
        expect(shares.map(({ pid }) => pid)).to.include.members(chosen);
        expect(chosen).to.deep.equal(chosen.toSorted((a, b) => a - b));
      }),
    );
  });

  it("depends on nothing but what it is given, in whatever order", () => {
    fc.assert(
      fc.property(someProcesses, somePids, someOptions, (shares, before, options) => {
        const again = rankProcesses(shares.toReversed(), new Set(before.toReversed()), options);
        expect(again).to.deep.equal(rankProcesses(shares, new Set(before), options));
      }),
    );
  });

  it("changes a choice only for a process that scores more by the hysteresis, and settles at once", () => {
    fc.assert(
      fc.property(someProcesses, somePids, someOptions, (shares, before, options) => {
        const known = new Set(before);
        const chosen = rankProcesses(shares, known, options);
        const scores = new Map(shares.map((each) => [each.pid, scoreOf(each, options.weights)]));
        const left = shares.filter(({ pid }) => known.has(pid) && !chosen.includes(pid));
        const came = chosen.filter((pid) => !known.has(pid));
        for (const { pid } of left) {
          for (const newcomer of came)
            expect(scores.get(newcomer)).to.be.greaterThan((scores.get(pid) ?? 0) * (1 + options.hysteresisRatio));
        }
        expect(rankProcesses(shares, new Set(chosen), options)).to.deep.equal(chosen);
      }),
    );
  });
});
