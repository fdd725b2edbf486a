import { expect } from "chai";
import { blockOf, bookOf } from "../testing/priced-usage.ts";
import { jackknifeGroups, priceArm, projectArm } from "./index.ts";
import { jackknifeStandardError } from "./jackknife.ts";

describe("pricing an arm", () => {
  const blocks = (number: number, rate: (index: number) => number) =>
    Array.from({ length: number }, (_, index) => blockOf(index, { pointsPerSecond: rate(index) }));

  it("turns points a second into a month, scaled to the interval in production", () => {
    const arm = { blocks: blocks(8, () => 100), hosts: 1, rateScale: 5 / 15 };
    const cost = priceArm(projectArm(arm), bookOf("signoz-cloud"), false);
    // 100 points a second every 5 s are 33.3 every 15 s: 86.4 million a month at $0.10.
    expect(cost.estimate).to.be.closeTo(8.64, 1e-9);
    expect(cost).to.include({ low: cost.estimate, high: cost.estimate });
  });

  it("does not scale series", () => {
    const arm = (rateScale: number) => ({ blocks: blocks(8, () => 1), hosts: 1, rateScale });
    const cost = (rateScale: number) =>
      priceArm(projectArm(arm(rateScale)), bookOf("datadog-custom-metrics"), false).estimate;
    expect(cost(0.1)).to.equal(cost(1));
    expect(cost(1)).to.be.closeTo(50, 1);
  });

  it("gives the jackknife's interval, for a mean the usual one", () => {
    const rates = [90, 110, 95, 105, 100, 100, 80, 120];
    const arm = projectArm({ blocks: blocks(8, (index) => rates[index] ?? 0), hosts: 1, rateScale: 1 });
    const cost = priceArm(arm, bookOf("signoz-cloud"), false);
    const spread = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - 100) ** 2, 0) / 7 / 8);
    const perPoint = (30 * 86_400 * 0.1) / 1e6;
    expect(cost.estimate).to.be.closeTo(100 * perPoint, 1e-9);
    expect(cost.high).to.be.closeTo((100 + 2 * spread) * perPoint, 1e-9);
    expect(cost.low).to.be.closeTo((100 - 2 * spread) * perPoint, 1e-9);
  });

  it("knows no interval from one block", () => {
    const arm = projectArm({ blocks: blocks(1, () => 100), hosts: 1, rateScale: 1 });
    const cost = priceArm(arm, bookOf("signoz-cloud"), false);
    expect(cost).to.include({ low: 0, high: Infinity });
  });

  it("leaves out at most 32 groups that cover every block once", () => {
    for (const count of [0, 1, 31, 32, 33, 500]) {
      const groups = jackknifeGroups(count);
      expect(groups.length).to.equal(Math.min(32, count));
      expect(
        groups.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)),
      ).to.deep.equal(Array.from({ length: count }, (_, index) => index));
    }
    expect(jackknifeStandardError([1])).to.be.NaN;
  });
});
