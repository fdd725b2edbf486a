import { create } from "@bufbuild/protobuf";
import { CalibrationSchema, Kpi } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { expect } from "chai";
import fc from "fast-check";
import { calibratePlan, calibrationSpan, describeCalibration } from "./calibration.ts";
import { deadlineOf, longestRunMs, secondsUntilMeasured } from "./deadlines.ts";
import { makePlan } from "./plan.ts";
import { experimentDefaults } from "./settings.ts";

const quick = makePlan({ profile: "quick", scopeAccepted: false });
const standard = makePlan({ profile: "standard", scopeAccepted: false });
const began = new Date("2026-11-20T08:00:00Z");
const after = (seconds: number) => new Date(began.getTime() + seconds * 1000);

const calibration = create(CalibrationSchema, {
  pairWindows: 36,
  autocorrelation: 0.5,
  autocorrelationTimeWindows: 3,
  offsets: [
    { hostId: "a", variant: "candidate", kpi: Kpi.ACTIVE_SERIES, logRatio: -0.01 },
    { hostId: "a", variant: "candidate", kpi: Kpi.COLLECTOR_CPU, logRatio: 0.4 },
    { hostId: "b", variant: "candidate", kpi: Kpi.ACTIVE_SERIES, logRatio: 0.005 },
  ],
});

describe("the span of an A/A period", () => {
  it("begins when the warm-up is over and has whole windows", () => {
    expect(calibrationSpan(quick, began, 58_000)).to.deep.equal({ start: after(20), end: after(80) });
    expect(calibrationSpan(standard, began, 2 * 3_600_000)).to.deep.equal({
      start: after(20 * 60),
      end: after(140 * 60),
    });
  });
});

describe("calibratePlan", () => {
  it("freezes block length and offsets, and why the period was thin", () => {
    const plan = calibratePlan(standard, { calibration, blockWindows: 38, shortcomings: ["too short"] });
    expect(plan).to.include({ calibrated: true, blockWindows: 38, windowSeconds: 60 });
    expect(plan.calibration?.offsets).to.have.length(3);
    expect(plan.assuranceReasons).to.deep.equal(["too short"]);
    expect(standard.calibrated, "the plan before is as it was").to.equal(false);
  });

  it("no longer calls the quick profile's blocks fixed, but the profile stays a reason", () => {
    const plan = calibratePlan(quick, { calibration, blockWindows: 6, shortcomings: [] });
    expect(plan.assuranceReasons).to.deep.equal(["quick profile: windows of 5 s"]);
  });

  it("never makes blocks shorter, and never more reasons than a plan can carry", () => {
    fc.assert(
      fc.property(fc.nat(400), fc.array(fc.string(), { maxLength: 60 }), (blockWindows, shortcomings) => {
        const plan = calibratePlan(quick, { calibration, blockWindows, shortcomings });
        expect(plan.blockWindows).to.equal(Math.max(2, blockWindows));
        expect(plan.assuranceReasons.length).to.be.within(1, 32);
      }),
    );
  });
});

describe("describeCalibration", () => {
  it("says φ, L and the largest offset of a host", () => {
    const plan = calibratePlan(quick, { calibration, blockWindows: 6, shortcomings: [] });
    const words = describeCalibration(plan);
    expect(words).to.include("36 pair-windows").and.include("1.00 % of series at most");
    expect(words).to.include("φ = 0.50").and.include("L = 6 windows");
    expect(words).to.not.include("Warning");
  });

  it("warns when the longer blocks leave the limit no room for the fewest of them", () => {
    const plan = calibratePlan(quick, { calibration, blockWindows: 6, shortcomings: [] });
    expect(describeCalibration(plan, 120_000)).to.include("8 blocks and with them 260 s");
  });
});

describe("the time an experiment with an A/A period takes", () => {
  const calibrated = calibratePlan(quick, { calibration, blockWindows: 6, shortcomings: [] });
  const input = { now: after(10), calibrateTime: began, measureTime: null, plan: quick, calibrationMs: 60_000 };
  const { deliveryGraceMs, analyzingTimeoutMs, initializingTimeoutMs } = experimentDefaults;

  it("has a deadline in each part of RUNNING: for the evaluation, for the switch, for measuring", () => {
    const deadline = (over: object) => deadlineOf("running", { ...input, ...over }, experimentDefaults);
    expect(deadline({})).to.deep.equal(after(80 + (deliveryGraceMs + analyzingTimeoutMs) / 1000));
    expect(deadline({ plan: calibrated })).to.deep.equal(after(10 + initializingTimeoutMs / 1000));
    const measuring = deadline({ plan: calibrated, measureTime: after(100) });
    expect(measuring).to.deep.equal(after(100 + (4 + 48 * 6) * 5 + deliveryGraceMs / 1000));
  });

  it("counts down over all of it", () => {
    const measuring = (4 + 48 * 2) * 5;
    expect(secondsUntilMeasured({ ...input, now: began, calibrateTime: null })).to.equal(80 + measuring);
    expect(secondsUntilMeasured(input)).to.equal(70 + measuring);
    expect(secondsUntilMeasured({ ...input, now: after(85) }), "waiting for the evaluation").to.equal(measuring);
    const grown = (4 + 48 * 6) * 5;
    expect(secondsUntilMeasured({ ...input, plan: calibrated })).to.equal(grown);
    expect(secondsUntilMeasured({ ...input, plan: calibrated, measureTime: after(15) })).to.equal(5 + grown);
  });

  it("leaves load running for as long as grown blocks may take", () => {
    const length = (calibrationMs: number) => longestRunMs(quick, { calibrationMs }, experimentDefaults) / 1000;
    expect(length(0)).to.equal((4 + 48 * 2) * 5);
    expect(length(60_000)).to.be.above(80 + (4 + 48 * 38) * 5);
  });
});
