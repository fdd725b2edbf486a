import { expect } from "chai";
import fc from "fast-check";
import { backoffMs } from "./index.ts";

describe("backoffMs", () => {
  it("doubles its ceiling with each attempt up to the maximum", () => {
    const almostOne = () => 1 - Number.EPSILON;
    const waits = [0, 1, 2, 3, 4, 5].map((n) => backoffMs(n, { baseMs: 100, maxMs: 1000 }, almostOne));
    expect(waits).to.deep.equal([99, 199, 399, 799, 999, 999]);
  });

  it("stays within [0, maxMs) for any attempt and any chance", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 10_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, baseMs, chance) => {
          const waitMs = backoffMs(attempt, { baseMs, maxMs: 60_000 }, () => chance);
          expect(waitMs).to.be.within(0, 59_999);
        },
      ),
    );
  });
});
