import { expect } from "chai";
import fc from "fast-check";
import { nextMoveMs } from "./next-move.ts";

describe("the time of the next move", () => {
  it("is at 60 % of a window, at or after the time asked for", () => {
    expect([9_999, 10_000, 13_000, 13_001].map((from) => nextMoveMs(from, 5_000))).to.deep.equal([
      13_000, 13_000, 13_000, 18_000,
    ]);
  });

  it("comes once in each window of any length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 3_600_000 }), fc.nat(2e9), (windowMs, fromMs) => {
        const next = nextMoveMs(fromMs, windowMs);
        expect(next - fromMs).to.be.within(0, windowMs);
        expect(nextMoveMs(next, windowMs)).to.equal(next);
        expect(nextMoveMs(next + windowMs, windowMs)).to.equal(next + windowMs);
        expect(nextMoveMs(next + 1, windowMs)).to.equal(next + windowMs);
      }),
    );
  });
});
