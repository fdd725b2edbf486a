import { expect } from "chai";
import { anytimeInterval, anytimePValue, anytimeRadius } from "./anytime-t.ts";

/** Radii for g = 1.3 and a two-sided level of 0.1 (one-sided 5 %), to two figures from the project's design record. */
const radii: [blocks: number, radius: number][] = [
  [6, 4.4],
  [8, 3.6],
  [12, 3.2],
  [16, 3.1],
];

/** The formula of arXiv 2210.08589 evaluated with Python's math module, to four figures. */
const worked: [blocks: number, radius: number][] = [
  [5, 5.813],
  [6, 4.378],
  [8, 3.616],
];

const estimate = (blocks: number, mean = 0, standardError = 1) => ({ blocks, hosts: 1, mean, standardError });

describe("the anytime-valid t interval", () => {
  for (const [blocks, radius] of radii) {
    it(`has a radius of ${radius} standard errors after ${blocks} blocks`, () => {
      expect(anytimeRadius(blocks, 1.3, 0.1)).to.be.closeTo(radius, 0.05);
    });
  }
  for (const [blocks, radius] of worked) {
    it(`agrees with the formula evaluated elsewhere after ${blocks} blocks`, () => {
      expect(anytimeRadius(blocks, 1.3, 0.1)).to.be.closeTo(radius, 0.005);
    });
  }

  it("has the radius of 5.7 after 5 blocks where g is 1.25", () => {
    expect(anytimeRadius(5, 1.25, 0.1)).to.be.closeTo(5.7, 0.05);
  });

  it("is infinite as long as q does not exceed r", () => {
    for (const blocks of [0, 1, 2, 3, 4]) expect(anytimeRadius(blocks, 1.3, 0.1)).to.equal(Infinity);
    expect(anytimeRadius(5, 1.3, 0.1)).to.be.lessThan(Infinity);
  });

  it("is wider than the interval for one look", () => {
    // 1.796: 95th percentile of Student's t with 11 degrees of freedom (any table).
    expect(anytimeRadius(12, 1.3, 0.1)).to.be.greaterThan(1.796);
  });

  it("is the whole line when a number is missing", () => {
    for (const broken of [NaN, Infinity]) {
      for (const each of [estimate(12, broken), estimate(12, 0, broken)]) {
        expect(anytimeInterval(each, 1.3, 0.1)).to.include({ low: -Infinity, high: Infinity });
      }
    }
  });
});

describe("the anytime p-value", () => {
  it("reaches the level exactly where the interval ends", () => {
    for (const [blocks] of worked) {
      const radius = anytimeRadius(blocks, 1.3, 0.1);
      expect(anytimePValue(estimate(blocks, radius), 0, 1.3)).to.be.closeTo(0.1, 1e-9);
    }
  });

  it("is 1 before there is a variance, and at the boundary", () => {
    expect(anytimePValue(estimate(1, 5), 0, 1.3)).to.equal(1);
    expect(anytimePValue(estimate(12, 5), 5, 1.3)).to.equal(1);
    expect(anytimePValue(estimate(12, NaN), 0, 1.3)).to.equal(1);
  });
});
