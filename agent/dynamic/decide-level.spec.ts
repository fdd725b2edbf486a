import { expect } from "chai";
import fc from "fast-check";
import { decideLevel, type HeldLevel } from "./decide-level.ts";
import type { Adaptive, Level } from "./read-policy.ts";

const level = (name: string, enterLoad: number, leaveLoad: number): Level => ({
  name,
  enterLoad,
  leaveLoad,
  cpuFloor: 0,
  rssFloorBytes: 0n,
  intervalFactor: 1,
  minimumAgeMs: 0,
});
const policy: Adaptive = {
  kind: "adaptive",
  levels: [level("normal", 0, 0), level("tight", 0.6, 0.5), level("severe", 0.85, 0.75)],
  dwellMs: 10_000,
};
const at = (index: number, sinceMs = 0): HeldLevel => ({ index, sinceMs });
const load = fc.double({ min: 0, max: 1, noNaN: true });

describe("the level of an adaptive filter", () => {
  it("rises at once to the highest level that the load enters", () => {
    expect(decideLevel(policy, at(0), 0.6, 10_000)).to.deep.equal(at(1, 10_000));
    expect(decideLevel(policy, at(0), 0.9, 10_000)).to.deep.equal(at(2, 10_000));
    expect(decideLevel(policy, at(1), 0.84, 10_000)).to.deep.equal(at(1));
  });

  it("falls one level at a time, and only under the load it is left at", () => {
    expect(decideLevel(policy, at(2), 0, 10_000)).to.deep.equal(at(1, 10_000));
    expect(decideLevel(policy, at(2), 0.75, 10_000)).to.deep.equal(at(2));
    expect(decideLevel(policy, at(1), 0.49, 10_000)).to.deep.equal(at(0, 10_000));
    expect(decideLevel(policy, at(0), 0, 10_000)).to.deep.equal(at(0));
  });

  it("is kept for the dwell whatever the load", () => {
    for (const each of [0, 0.55, 1])
      expect(decideLevel(policy, at(1, 5_000), each, 14_999)).to.deep.equal(at(1, 5_000));
    expect(decideLevel(policy, at(1, 5_000), 1, 15_000)).to.deep.equal(at(2, 15_000));
  });

  it("changes at most once in a dwell, and stays where the load is between its two edges", () => {
    fc.assert(
      fc.property(fc.array(load, { minLength: 1, maxLength: 200 }), (loads) => {
        let held = at(0, -Infinity);
        let changedMs = -Infinity;
        for (const [second, each] of loads.entries()) {
          const before = held;
          held = decideLevel(policy, held, each, second * 1_000);
          if (held.index === before.index) continue;
          expect(second * 1_000 - changedMs).to.be.at.least(policy.dwellMs);
          changedMs = second * 1_000;
          const { enterLoad = 0 } = policy.levels[held.index] ?? {};
          if (held.index > before.index) expect(each).to.be.at.least(enterLoad);
          else expect(each).to.be.lessThan(policy.levels[before.index]?.leaveLoad ?? 0);
        }
      }),
    );
  });

  it("comes to the level of a load that lasts, and stays there", () => {
    fc.assert(
      fc.property(load, fc.nat(2), (lasting, from) => {
        let held = at(from);
        for (let second = 10; second <= 60; second += 10) held = decideLevel(policy, held, lasting, second * 1_000);
        const { enterLoad = 0, leaveLoad = 0 } = policy.levels[held.index] ?? {};
        expect(lasting).to.be.at.least(Math.min(enterLoad, leaveLoad));
        const next = policy.levels[held.index + 1];
        if (next) expect(lasting).to.be.lessThan(next.enterLoad);
      }),
    );
  });
});
