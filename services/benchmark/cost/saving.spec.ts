import { expect } from "chai";
import { blockOf, bookOf } from "../testing/priced-usage.ts";
import type { BlockUsage } from "./block-usage.ts";
import { priceArm, projectArm, saveAgainst } from "./index.ts";

describe("what a candidate saves", () => {
  const arm = (rate: (index: number) => number, over: Partial<BlockUsage> = {}, rateScale = 1) =>
    projectArm({
      blocks: Array.from({ length: 8 }, (_, index) => blockOf(index, { pointsPerSecond: rate(index), ...over })),
      hosts: 2,
      rateScale,
    });
  const terms = {
    applyAllowances: false,
    hostPrices: { corePerMonth: 30, gibPerMonth: 4 },
    hosts: 2,
    fleetHosts: 0,
  };
  const signoz = bookOf("signoz-cloud");
  const month = (pointsPerSecond: number) => (pointsPerSecond * 30 * 86_400 * 0.1) / 1e6;

  it("has the interval of the difference: what moves both arms cancels", () => {
    const common = [0, 500, 100, 900, 300, 700, 200, 400];
    const baseline = arm((index) => 1000 + (common[index] ?? 0));
    const candidate = arm((index) => 600 + (common[index] ?? 0));
    const { gross } = saveAgainst(baseline, candidate, signoz, terms);
    expect(gross.estimate).to.be.closeTo(month(400), 1e-9);
    expect(gross.high - gross.low).to.be.lessThan(1e-6);
    const alone = priceArm(baseline, signoz, false);
    expect(alone.high - alone.low).to.be.greaterThan(month(400));
  });

  it("is net of what the candidate's collectors take more", () => {
    const baseline = arm(() => 1000);
    const candidate = arm(() => 500, { collectorCores: 0.05, collectorBytes: 356 * 2 ** 20 });
    const { gross, collectors, net, fleetNet } = saveAgainst(baseline, candidate, signoz, terms);
    // 0.03 cores at $30, a quarter of a GiB at $4.
    expect(collectors?.estimate).to.be.closeTo(0.9 + 1, 1e-9);
    expect(net?.estimate).to.be.closeTo(gross.estimate - 1.9, 1e-9);
    expect(fleetNet).to.equal(undefined);
    const fleet = saveAgainst(baseline, candidate, signoz, { ...terms, fleetHosts: 100 });
    expect(fleet.fleetNet?.estimate).to.be.closeTo(50 * (net?.estimate ?? NaN), 1e-9);
  });

  it("scales the collectors' CPU to the interval in production, and not their memory", () => {
    const busy = { collectorCores: 0.12, collectorBytes: 100 * 2 ** 20 };
    const { collectors } = saveAgainst(
      arm(() => 1000, {}, 1 / 12),
      arm(() => 1000, busy, 1 / 12),
      signoz,
      terms,
    );
    expect(collectors?.estimate).to.be.closeTo((0.1 / 12) * 30, 1e-9);
  });

  it("says nothing of a net where the collectors' price is not to be had", () => {
    const other = saveAgainst(
      arm(() => 1000),
      arm(() => 500),
      signoz,
      { ...terms, hostPrices: undefined },
    );
    expect(Object.keys(other)).to.deep.equal(["gross"]);
    const blind = saveAgainst(
      arm(() => 1000),
      arm(() => 500, { collectorCores: Number.NaN }),
      signoz,
      terms,
    );
    expect(Object.keys(blind)).to.deep.equal(["gross"]);
  });

  it("is negative where the candidate costs more", () => {
    expect(
      saveAgainst(
        arm(() => 500),
        arm(() => 1000),
        signoz,
        terms,
      ).gross.estimate,
    ).to.be.closeTo(-month(500), 1e-9);
  });
});
