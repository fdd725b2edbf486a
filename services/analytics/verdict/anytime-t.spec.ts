import { expect } from "chai";
import { anytimeInterval, anytimePValue, anytimeRadius, pValueOf } from "./anytime-t.ts";

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

/**
 * R package avlm, commit e4d98c5e, README.md lines 48-54 and 65-71: a linear
 * model of 100 rows and 8 coefficients at level 0.05, so 92 degrees of freedom,
 * with g from optimal_g. Standard error, t and p value as printed; the ends of
 * confint.
 */
const avlm: [name: string, error: number, t: number, p: number, low: number, high: number][] = [
  ["(Intercept)", 0.15864, 5.776, 9.77e-6, 0.423873, 1.4087195],
  ["X3", 0.15941, 8.19, 8.07e-10, 0.810746, 1.8003705],
  ["trt", 0.21566, 10.769, 3.19e-14, 1.6530529, 2.9918408],
  ["X1:trt", 0.24141, 9.527, 3.98e-12, 1.550519, 3.0491788],
];

/** The g that minimises the radius, by golden section: avlm's optimal_g (R/av.R lines 55-68) uses R's optimize on the same interval. */
function optimalG(n: number, nu: number, alpha: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  const edge = alpha ** (2 / nu);
  let [low, high] = [1, (n * edge) / (1 - edge)];
  while (high - low > 1e-9) {
    const [one, other] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (anytimeRadius(n, one, alpha, nu) < anytimeRadius(n, other, alpha, nu)) high = other;
    else low = one;
  }
  return low;
}

describe("the anytime-valid t beside the R package avlm", () => {
  const g = optimalG(100, 92, 0.05);
  for (const [name, error, t, p, low, high] of avlm) {
    it(`gives its interval and p value of ${name}`, () => {
      // The standard error is printed with five digits, so its quotient is known to about 1e-4.
      expect(anytimeRadius(100, g, 0.05, 92)).to.be.closeTo((high - low) / 2 / error, 2e-4);
      expect(pValueOf(t, 100, g, 92) / p).to.be.closeTo(1, 5e-3);
    });
  }

  it("says 1 where avlm does", () => {
    for (const t of [-0.706, -0.819, 0.379]) expect(pValueOf(t, 100, g, 92)).to.equal(1);
  });
});

/**
 * GrowthBook, commit 8f1db445, packages/stats/tests/frequentist/test_tests.py
 * lines 197-234: its sequential interval is the normal mixture of
 * arXiv 2103.06476 with ρ² = 1/g (gbstats/frequentist/tests.py lines 244-265),
 * which the t becomes with many degrees of freedom. n counts both arms.
 */
const growthBook: [tuning: number, estimate: number, error: number, low: number, high: number][] = [
  [1000, 0.50336, 0.33341, -0.55844, 1.56516],
  [5000, 0.50386, 0.03386, 0.40098, 0.60675],
];

describe("the anytime-valid t with many degrees of freedom", () => {
  for (const [tuning, estimated, error, low, high] of growthBook) {
    it(`is GrowthBook's sequential interval tuned to ${tuning}`, () => {
      const squared = -2 * Math.log(0.05);
      const g = tuning / (squared + Math.log(squared + 1));
      const halfWidth = error * anytimeRadius(6461, g, 0.05, 1e8);
      // The standard error is printed with five decimals.
      expect(estimated - halfWidth).to.be.closeTo(low, 4e-5);
      expect(estimated + halfWidth).to.be.closeTo(high, 4e-5);
    });
  }
});

describe("the anytime p-value", () => {
  /**
   * The mixture it is, by quadrature: the likelihood of n normal values with a
   * mean of u standard deviations, u ~ N(0, 1/g), over that of mean 0, both
   * integrated over the scale with 1/σ (arXiv 2210.08589, section 2).
   */
  function mixture(t: number, n: number, g: number): number {
    const mean = t / Math.sqrt(n);
    const likelihood = (logScale: number, u: number): number => {
      const scale = Math.exp(logScale);
      return Math.exp(-n * logScale - (n - 1 + n * (mean - u * scale) ** 2) / (2 * scale ** 2));
    };
    let [withEffect, without] = [0, 0];
    const [stepU, stepScale] = [0.01 / Math.sqrt(g), 0.02];
    for (let logScale = -2.5; logScale <= 4; logScale += stepScale) {
      without += likelihood(logScale, 0);
      for (let u = -8 / Math.sqrt(g); u <= 8 / Math.sqrt(g); u += stepU) {
        withEffect += likelihood(logScale, u) * Math.sqrt(g / (2 * Math.PI)) * Math.exp((-g * u ** 2) / 2) * stepU;
      }
    }
    return withEffect / without;
  }

  for (const [t, n, g] of [
    [3.2, 12, 1.3],
    [4, 8, 1.3],
    [2.5, 24, 0.7],
    [6, 16, 3],
  ] as const) {
    it(`is one over the mixture integrated numerically at t = ${t} after ${n} blocks`, () => {
      expect(pValueOf(t, n, g)).to.be.closeTo(Math.min(1, 1 / mixture(t, n, g)), 1e-4);
    });
  }
});
