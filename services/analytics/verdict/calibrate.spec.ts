import { expect } from "chai";
import { analyzeCandidate } from "./analyze-candidate.ts";
import { type CalibrationInput, calibrate } from "./calibrate.ts";
import type { MeasuredWindow } from "./panel.ts";
import { seededNormal } from "./seeded.ts";
import { dayMs, healthyWindow, quickPlan, type SyntheticExperiment, syntheticInput } from "./synthetic-panel.ts";

const minutePlan = { windowMs: 60_000, blockWindows: 15 };
const minute = (startMs: number, series: number, over: Partial<MeasuredWindow> = {}) =>
  healthyWindow(startMs, Math.round(series), { lengthMs: 60_000, ...over });

/** Two hours of minutes, both arms alike unless told. */
const learn = (made: Partial<SyntheticExperiment> = {}, over: Partial<CalibrationInput> = {}) => {
  const windows = made.windows ?? 120;
  const same = (startMs: number) => minute(startMs, 1000);
  const { arms } = syntheticInput({ windows, plan: minutePlan, baseline: same, candidate: same, ...made });
  return calibrate({
    arms,
    startMs: dayMs,
    endMs: dayMs + windows * 60_000,
    windowMs: 60_000,
    blockWindows: 15,
    baselineVariant: "baseline",
    candidateVariants: ["candidate"],
    hostIds: made.hosts ?? ["h1"],
    ...over,
  });
};

/** Log ratios of a first-order process around a level, for each host its own. */
function wandering(phi: number, sd: number, seed: number) {
  const normal = seededNormal(seed);
  const noise = new Map<string, number>();
  return (startMs: number, _: number, hostId: string) => {
    const before = noise.get(hostId) ?? sd * normal();
    const now = phi * before + sd * Math.sqrt(1 - phi ** 2) * normal();
    noise.set(hostId, now);
    return minute(startMs, 1e6 * Math.exp(now));
  };
}

describe("learning from an A/A period", () => {
  it("finds nothing to subtract, and nothing to remember, where the arms are the same", () => {
    const { calibration, blockWindows, shortcomings } = learn();
    expect(calibration).to.deep.include({ pairWindows: 120, autocorrelation: 0, autocorrelationTimeWindows: 1 });
    expect(calibration.offsets.map(({ kpi, logRatio }) => [kpi, logRatio])).to.deep.equal([
      ["active-series", 0],
      ["data-points", 0],
      ["otlp-bytes", 0],
      ["metric-names", 0],
      ["collector-cpu", 0],
      ["collector-rss", 0],
    ]);
    expect({ blockWindows, shortcomings }).to.deep.equal({ blockWindows: 15, shortcomings: [] });
  });

  it("gives each host, candidate and effect the mean log ratio of its pair-windows", () => {
    const { calibration } = learn({
      hosts: ["a", "b"],
      candidate: (startMs, index, hostId) =>
        minute(startMs, hostId === "a" ? 1000 : index % 2 === 0 ? 800 : 1250, { cpuSeconds: 0.1 }),
    });
    const of = (hostId: string, kpi: string) =>
      calibration.offsets.find((offset) => offset.hostId === hostId && offset.kpi === kpi)?.logRatio ?? NaN;
    expect(of("a", "active-series")).to.equal(0);
    expect(of("b", "active-series")).to.be.closeTo(Math.log((800.5 * 1250.5) / 1000.5 ** 2) / 2, 1e-12);
    expect(of("a", "collector-cpu")).to.be.closeTo(Math.log(100.5 / 50.5), 1e-12);
    expect(calibration.pairWindows).to.equal(240);
  });

  it("asks for blocks of twice the correlation time where windows remember each other", () => {
    const hosts = ["a", "b", "c"];
    const found = learn({ hosts, windows: 3000, candidate: wandering(0.9, 0.1, 11) });
    expect(found.calibration.autocorrelation).to.be.closeTo(0.9, 0.03);
    expect(found.calibration.autocorrelationTimeWindows).to.be.closeTo(19, 5);
    expect(found.blockWindows).to.equal(Math.ceil(2 * found.calibration.autocorrelationTimeWindows));
    const none = learn({ hosts, windows: 3000, candidate: wandering(0, 0.1, 12) });
    expect(none.calibration.autocorrelation).to.be.lessThan(0.06);
    expect(none.blockWindows).to.equal(15);
  });

  it("sees the memory of single hosts where a shock they share drowns it in their mean", () => {
    const own = wandering(0.9, 0.1, 13);
    const normal = seededNormal(14);
    const shocks = Array.from({ length: 2000 }, () => Math.exp(0.05 * normal()));
    const { calibration } = learn({
      hosts: Array.from({ length: 9 }, (_, index) => `h${index}`),
      windows: 2000,
      baseline: (startMs) => minute(startMs, 1e6),
      candidate: (startMs, index, hostId) =>
        minute(startMs, own(startMs, index, hostId).activeSeries * (shocks[index] ?? 1)),
    });
    // Var = 0.1² that remembers and 0.05² that does not: φ = 0.9 · 0.8 on a host, and 0.28 in the mean of nine.
    expect(calibration.autocorrelation).to.be.closeTo(0.72, 0.05);
  });

  it("counts only windows of the period, and only whole pairs", () => {
    const { calibration } = learn(
      { candidate: (startMs, index) => minute(startMs, 1000, { restarts: index % 10 === 0 ? 1 : 0 }) },
      { startMs: dayMs + 10 * 60_000, endMs: dayMs + 110 * 60_000 },
    );
    expect(calibration.pairWindows).to.equal(90);
  });

  it("says why a period is too thin to lean on", () => {
    expect(learn({ windows: 20 }).shortcomings).to.deep.equal([
      "the A/A period of 20.0 minutes is shorter than 2 hours",
      "the A/A period has 20 pair-windows of candidate on host h1, and 30 are needed",
    ]);
    const holes = learn({ candidate: (startMs, index) => (index % 4 === 0 ? null : minute(startMs, 1000)) });
    expect(holes.shortcomings).to.deep.equal(["the A/A period lost 25.0 % of its pair-windows"]);
    const slow = learn({ candidate: wandering(0.97, 0.1, 15) });
    expect(slow.shortcomings.join()).to.contain("correlation times");
    const silent = learn({ hosts: ["a", "b"], baseline: () => null, candidate: () => null });
    expect(silent.calibration).to.deep.include({ pairWindows: 0, autocorrelation: 0, offsets: [] });
    expect(silent.shortcomings.join()).to.contain("0 pair-windows of candidate on host b");
    expect(learn({}, { endMs: dayMs - 1 }).shortcomings).to.not.deep.equal([]);
  });
});

describe("a verdict after an A/A period", () => {
  const hosts = ["a", "b", "c"];
  const enough = quickPlan.warmupWindows + 2 * 8;
  /** On host a, the candidate's arm reads a tenth high whatever it runs. */
  const biased = (series: number) => (startMs: number, _: number, hostId: string) =>
    healthyWindow(startMs, hostId === "a" ? series * 1.1 : series);
  const offsets = (hostId: string, logRatio: number) => ({
    hostId,
    variant: "candidate",
    kpi: "active-series" as const,
    logRatio,
  });
  const calibration = {
    pairWindows: 360,
    autocorrelation: 0,
    autocorrelationTimeWindows: 1,
    offsets: [offsets("a", Math.log(1.1)), offsets("b", 0), offsets("c", 0)],
  };

  for (const estimator of ["typical-host", "fleet-total"] as const) {
    it(`subtracts what each host differs by on its own from the ${estimator.replace("-", " ")}`, () => {
      const made = { hosts, windows: enough, candidate: biased(500) };
      const before = analyzeCandidate(syntheticInput({ ...made, plan: { estimator } }));
      const after = analyzeCandidate(syntheticInput({ ...made, plan: { estimator, calibrated: true, calibration } }));
      expect(Math.exp(before.primary.logRatio.estimate)).to.be.greaterThan(0.51);
      expect(Math.exp(after.primary.logRatio.estimate)).to.be.closeTo(0.5, 0.001);
      // What was counted is shown as it was counted.
      expect(after.primary.candidateMean).to.equal(before.primary.candidateMean);
    });
  }

  it("is less sure of it than if the offsets were known", () => {
    const noisy = (startMs: number, index: number) => healthyWindow(startMs, 300 + 40 * (Math.floor(index / 2) % 3));
    const errorWith = (pairWindows: number) =>
      analyzeCandidate(
        syntheticInput({
          hosts: ["b"],
          windows: enough,
          candidate: noisy,
          plan: { calibrated: true, calibration: { ...calibration, pairWindows, offsets: [offsets("b", 0)] } },
        }),
      ).primary.estimate.standardError;
    const known = analyzeCandidate(syntheticInput({ hosts: ["b"], windows: enough, candidate: noisy })).primary;
    // Sixteen windows of A/A are as many as the eight blocks of two that were measured.
    expect(errorWith(16)).to.be.closeTo(Math.SQRT2 * known.estimate.standardError, 1e-9);
    expect(errorWith(1e9)).to.be.closeTo(known.estimate.standardError, 1e-9);
  });

  it("says what the A/A period does not know", () => {
    const plan = { calibrated: true, calibration: { ...calibration, autocorrelationTimeWindows: 3 } };
    const { reasons } = analyzeCandidate(syntheticInput({ hosts: [...hosts, "d"], windows: enough, plan })).assurance;
    expect(reasons).to.include.members([
      "the A/A period says nothing of 1 host, d first",
      "blocks of 2 windows are shorter than twice the correlation time (6.0 windows)",
    ]);
    expect(reasons.join()).to.not.contain("no A/A period");
  });

  it("takes no window that began before as evidence, and counts the warm-up from then", () => {
    const made = { hosts, windows: 40 };
    const input = { ...syntheticInput(made), measureFromMs: dayMs + 20 * quickPlan.windowMs };
    const verdict = analyzeCandidate(input);
    expect(verdict.blocks).to.equal(8);
    const wrongBefore = syntheticInput({
      ...made,
      candidate: (startMs, index) => healthyWindow(startMs, index < 20 ? 1000 : 300, index < 20 ? { up: false } : {}),
    });
    expect(analyzeCandidate({ ...wrongBefore, measureFromMs: input.measureFromMs })).to.deep.equal(verdict);
  });
});
