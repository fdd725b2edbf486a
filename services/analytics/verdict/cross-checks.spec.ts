import { expect } from "chai";
import { correlationTime, lagOneAutocorrelation } from "./autocorrelation.ts";
import { hostLevelT, neweyWestStandardError } from "./cross-checks.ts";
import { RunningSample, sampleOf } from "./sample.ts";

describe("the cross-checks", () => {
  it("take the lag-1 autocorrelation as the textbook does", () => {
    // 1..5 about their mean 3: products 2+0+0+2, squares 4+1+0+1+4.
    expect(lagOneAutocorrelation([[1, 2, 3, 4, 5]])).to.be.closeTo(4 / 10, 1e-12);
    expect(lagOneAutocorrelation([[7, 7, 7]])).to.equal(0);
    expect(lagOneAutocorrelation([])).to.equal(0);
  });

  it("pool several series without a step from one to the next", () => {
    expect(
      lagOneAutocorrelation([
        [1, -1],
        [-1, 1],
      ]),
    ).to.be.closeTo(-0.5, 1e-12);
  });

  it("know how long measurements remember", () => {
    expect(correlationTime(0.9)).to.be.closeTo(19, 1e-9);
    expect(correlationTime(-0.5)).to.equal(1);
  });

  it("give Newey and West's standard error by hand for four values", () => {
    // n = 4: floor(4·0.04^(2/9)) = 1 lag of weight ½; γ0 = 5/4, γ1 = 1.25/4 for 1..4.
    expect(neweyWestStandardError([1, 2, 3, 4])).to.be.closeTo(Math.sqrt((1.25 + 0.3125) / 4), 1e-12);
    expect(neweyWestStandardError([1])).to.be.NaN;
  });

  it("take Student's t over hosts as the textbook does", () => {
    // Mean -0.5, s² = 0.01, three hosts: error 0.1/√3, and the 95th percentile of t with 2 degrees of freedom is 2.91999 (any table).
    const found = hostLevelT([-0.6, -0.5, -0.4], Math.log(0.8), 0.1);
    expect(found?.logRatio.high).to.be.closeTo(-0.5 + 2.91999 * (0.1 / Math.sqrt(3)), 1e-5);
    // With 2 degrees of freedom the distribution function is ½ + t/(2·sqrt(2 + t²)).
    const t = (-0.5 - Math.log(0.8)) / (0.1 / Math.sqrt(3));
    expect(found?.pValue).to.be.closeTo(0.5 + t / (2 * Math.sqrt(2 + t ** 2)), 1e-9);
  });

  it("take no t over one host, nor over hosts that are all the same", () => {
    expect(hostLevelT([-0.5], 0, 0.1)).to.equal(null);
    expect(hostLevelT([-0.5, -0.5, -0.5], 0, 0.1)).to.equal(null);
  });
});

describe("a running sample", () => {
  it("has the mean and the unbiased variance", () => {
    const sample = sampleOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(sample.mean).to.equal(5);
    expect(sample.variance).to.be.closeTo(32 / 7, 1e-12);
    expect(new RunningSample()).to.include({ count: 0, mean: 0, variance: 0 });
  });
});
