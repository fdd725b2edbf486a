import { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { expect } from "chai";
import { completedBlocks, nextWindowStart } from "./block-schedule.ts";
import { defaultCalibrationMs, makePlan, measuringMs, planWarnings } from "./plan.ts";

const base = { profile: "quick", scopeAccepted: false } as const;

describe("makePlan", () => {
  it("takes windows and blocks from the profile", () => {
    expect(makePlan(base)).to.include({
      windowSeconds: 5,
      warmupWindows: 4,
      blockWindows: 2,
      minimumBlocks: 8,
      maximumBlocks: 48,
    });
    expect(makePlan({ ...base, profile: "standard" })).to.include({
      windowSeconds: 60,
      warmupWindows: 20,
      blockWindows: 15,
      minimumBlocks: 8,
      maximumBlocks: 96,
    });
  });

  it("keeps a margin of zero, which is not the same as none given", () => {
    expect(makePlan({ ...base, minimumReductionRatio: 0, overheadMarginRatio: 0 })).to.include({
      minimumReductionRatio: 0,
      overheadMarginRatio: 0,
    });
    expect(makePlan(base)).to.include({ minimumReductionRatio: 0.2, overheadMarginRatio: 0.1 });
  });

  it("allows as many times the CPU as the experiment scrapes more often, within a bound", () => {
    const allowed = (haste?: number) => makePlan({ ...base, haste }).allowedCollectorCpuRatio;
    expect(allowed()).to.equal(0.02);
    expect(allowed(0.5)).to.equal(0.02);
    expect(allowed(3)).to.be.closeTo(0.06, 1e-12);
    expect(allowed(720)).to.equal(0.1);
  });

  it("gives as reasons for reduced assurance only what the evidence itself cannot tell", () => {
    expect(makePlan(base).assuranceReasons).to.deep.equal(["quick profile: blocks have a fixed length of 2 windows"]);
    expect(makePlan({ ...base, profile: "standard" }).assuranceReasons).to.deep.equal([]);
  });
});

describe("the profiles", () => {
  it("are those that were tried, with an A/A period of two hours for standard assurance", () => {
    for (const profile of ["quick", "standard"] as const) {
      expect(makePlan({ ...base, profile })).to.deep.include({ alpha: 0.05, g: 1.3, retentionGapWindows: 2 });
    }
    expect(defaultCalibrationMs("standard")).to.equal(7_200_000);
    expect(defaultCalibrationMs("quick")).to.equal(0);
  });

  it("put hosts together as asked", () => {
    expect(makePlan(base).estimator).to.equal(Estimator.TYPICAL_HOST);
    expect(makePlan({ ...base, estimator: Estimator.UNSPECIFIED }).estimator).to.equal(Estimator.TYPICAL_HOST);
    expect(makePlan({ ...base, estimator: Estimator.FLEET_TOTAL }).estimator).to.equal(Estimator.FLEET_TOTAL);
  });
});

describe("planWarnings", () => {
  it("warns of an A/A period too short to teach anything", () => {
    const warn = (calibrationMs: number) => planWarnings(makePlan(base), { hosts: 3, calibrationMs });
    expect(warn(39_000).join()).to.include("40 s are the least");
    expect(warn(40_000)).to.deep.equal([]);
    expect(warn(0)).to.deep.equal([]);
  });

  it("warns of fewer than three hosts unless that scope was accepted", () => {
    const warn = (hosts: number, scopeAccepted: boolean) =>
      planWarnings(makePlan({ ...base, scopeAccepted }), { hosts, calibrationMs: 0 });
    expect(warn(2, false).join()).to.include("2 hosts").and.include("never be PROMOTE");
    expect(warn(2, true)).to.deep.equal([]);
    expect(warn(3, false)).to.deep.equal([]);
  });

  it("warns of a limit that leaves no room for the fewest blocks", () => {
    const plan = makePlan(base);
    expect(planWarnings(plan, { hosts: 3, maxDurationMs: 99_000, calibrationMs: 0 }).join()).to.include(
      "8 blocks and with them 100 s",
    );
    expect(planWarnings(plan, { hosts: 3, maxDurationMs: 100_000, calibrationMs: 0 })).to.deep.equal([]);
  });
});

describe("measuringMs", () => {
  it("is the whole plan, or the user's limit where that is shorter", () => {
    expect(measuringMs(makePlan(base))).to.equal((4 + 96) * 5000);
    expect(measuringMs(makePlan(base), 60_000)).to.equal(60_000);
    expect(measuringMs(makePlan(base), 3_600_000)).to.equal((4 + 96) * 5000);
  });
});

describe("the schedule of blocks", () => {
  const start = new Date(1_000_000_000_000);
  const after = (ms: number) => new Date(start.getTime() + ms);

  it("begins at the next whole window, never at one that runs", () => {
    expect(nextWindowStart(start, 5)).to.deep.equal(after(5000));
    expect(nextWindowStart(after(1), 5)).to.deep.equal(after(5000));
    expect(nextWindowStart(after(4999), 5)).to.deep.equal(after(5000));
  });

  it("counts a block after warm-up, its windows and the grace", () => {
    const blocks = (ms: number) => completedBlocks(makePlan(base), start, after(ms), 1500);
    expect(blocks(0)).to.equal(0);
    expect(blocks(20_000 + 10_000 + 1_499)).to.equal(0);
    expect(blocks(20_000 + 10_000 + 1_500)).to.equal(1);
    expect(blocks(20_000 + 20_000 + 1_500)).to.equal(2);
    expect(blocks(10_000_000)).to.equal(48);
  });
});
