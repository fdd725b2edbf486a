import { expect } from "chai";
import fc from "fast-check";
import { SeriesSet } from "./series-set.ts";

describe("SeriesSet", () => {
  it("holds what a Set of pairs would hold", () => {
    // Few distinct lanes, so that pairs repeat and collide in their slots.
    const lane = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(lane, lane), { maxLength: 200 }), (pairs) => {
        const set = new SeriesSet(4);
        const model = new Set<string>();
        for (const [lane1, lane2] of pairs) {
          const key = `${lane1}:${lane2}`;
          expect(set.add(lane1, lane2)).to.equal(!model.has(key));
          model.add(key);
          expect(set.size).to.equal(model.size);
        }
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it("counts the all-zero hash once", () => {
    const set = new SeriesSet();
    expect(set.add(0, 0)).to.equal(true);
    expect(set.add(0, 0)).to.equal(false);
    expect(set.size).to.equal(1);
  });

  it("keeps a million entries through growth, and none after clear", () => {
    const set = new SeriesSet(16);
    for (let n = 0; n < 1_000_000; n++) set.add(n, Math.imul(n, 0x9e3779b1));
    expect(set.size).to.equal(1_000_000);
    expect(set.add(123_456, Math.imul(123_456, 0x9e3779b1))).to.equal(false);
    set.clear();
    expect(set.size).to.equal(0);
    expect(set.add(123_456, Math.imul(123_456, 0x9e3779b1))).to.equal(true);
  });

  it("is still whole when cleared over and over after it was once large", () => {
    const set = new SeriesSet(16);
    for (let n = 0; n < 10_000; n++) set.add(n, n);
    for (let round = 0; round < 20; round++) {
      set.clear();
      for (let n = 0; n < 30; n++) set.add(n, round);
      expect(set.size).to.equal(30);
    }
  });
});
