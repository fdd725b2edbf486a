import { isPhoenixError } from "@phoenix/platform/errors";
import { expect } from "chai";
import fc from "fast-check";
import { analyzePanel } from "./analyze-panel.ts";
import { panelInput } from "./panel-input.ts";
import { seededNormal } from "./seeded.ts";

type Rows = (number | null)[][];
const analyze = (baseline: Rows, candidate: Rows, over: Record<string, unknown> = {}) =>
  analyzePanel(panelInput({ windowSeconds: 60, blockWindows: 15, baseline, candidate, ...over }));
const rows = (hosts: number, windows: number, count: (window: number, host: number) => number | null): Rows =>
  Array.from({ length: hosts }, (_, host) => Array.from({ length: windows }, (__, window) => count(window, host)));

describe("a panel of counts", () => {
  it("promotes a flat difference, with numbers that can be checked by hand", () => {
    const found = analyze(
      rows(3, 120, () => 1000),
      rows(3, 120, () => 500),
    );
    // No spread at all: the standard error is its floor ½/1000, and 8 blocks have r = 1.3/9.3, q = (r/100)^(1/8).
    const r = 1.3 / 9.3;
    const q = (r * 0.01) ** (1 / 8);
    const radius = 0.0005 * Math.sqrt((7 * (1 - q)) / (q - r));
    const theta = Math.log(500.5 / 1000.5);
    expect(found).to.include({ blocks: 8, decision: "promote" });
    expect(found.theta).to.be.closeTo(theta, 1e-12);
    expect(found.standardError).to.be.closeTo(0.0005, 1e-12);
    expect(found.radius).to.be.closeTo(radius, 1e-12);
    expect(found.lower).to.be.closeTo(theta - radius, 1e-12);
    expect(found.reduction.high).to.be.closeTo(1 - Math.exp(theta - radius), 1e-12);
    expect(found.reduction.low).to.be.closeTo(1 - Math.exp(theta + radius), 1e-12);
    expect(found.blockLogRatios).to.have.length(8);
  });

  it("adds the variance between hosts to that between blocks, from three hosts on", () => {
    const shares = [400, 500, 600];
    const block = (window: number) => (Math.floor(window / 15) % 2 === 0 ? 1.05 : 0.95);
    const baseline = rows(3, 120, () => 1e6);
    const candidate = rows(3, 120, (window, host) => (shares[host] ?? 0) * 1000 * block(window));
    const d = (value: number) => Math.log(value + 0.5) - Math.log(1e6 + 0.5);
    const z = [1.05, 0.95].map((load) => shares.reduce((sum, share) => sum + d(share * 1000 * load), 0) / 3);
    const hostMeans = shares.map((share) => (d(share * 1050) + d(share * 950)) / 2);
    const variance = (values: number[]): number => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    };
    const expected = Math.sqrt(variance([...z, ...z, ...z, ...z]) / 8 + variance(hostMeans) / 3);
    expect(analyze(baseline, candidate).standardError).to.be.closeTo(expected, 1e-9);
    const two = analyze(baseline.slice(0, 2), candidate.slice(0, 2));
    expect(two.standardError).to.be.lessThan(expected);
    expect(two.reasons).to.include("2 hosts, so the answer is about these hosts only");
  });

  it("rejects arms that are the same", () => {
    const same = rows(3, 150, (window) => 1000 + window);
    const found = analyze(same, same);
    expect(found).to.include({ decision: "reject", theta: 0 });
  });

  it("is inconclusive about noise that hides the answer", () => {
    const normal = seededNormal(21);
    const noisy = (level: number) => rows(3, 180, () => Math.round(level * Math.exp(1.5 * normal())));
    expect(analyze(noisy(1000), noisy(750)).decision).to.equal("inconclusive");
  });

  it("sees an effect under a shock that both arms share", () => {
    const normal = seededNormal(22);
    const shock = Array.from({ length: 180 }, () => Math.exp(normal()));
    const arm = (level: number) => rows(4, 180, (window) => Math.round(level * (shock[window] ?? 1)));
    const found = analyze(arm(100_000), arm(70_000));
    expect(found.decision).to.equal("promote");
    expect(found.reduction.estimate).to.be.closeTo(0.3, 0.001);
  });

  it("is not talked into a promotion by three hosts of four when the fourth is bad", () => {
    const found = analyze(
      rows(4, 180, () => 1000),
      rows(4, 180, (_, host) => (host === 3 ? 2000 : 300)),
    );
    expect(found.decision).to.equal("inconclusive");
    expect(found.reasons[0]).to.contain("fewer series");
  });

  it("leaves out a window that one arm misses, and a block that misses too many", () => {
    const holes = rows(10, 150, (window, host) => (window === 3 || (window < 2 && host === 0) ? null : 1000));
    const found = analyze(
      holes,
      rows(10, 150, () => 400),
    );
    // One of fifteen windows everywhere, and two more pairs of 150: 12 of 150 are missing.
    expect(found).to.include({ blocks: 10, decision: "promote" });
    const worse = analyze(
      rows(1, 150, (window) => (window < 2 ? null : 1000)),
      rows(1, 150, () => 400),
    );
    expect(worse.blocks).to.equal(9);
    expect(worse.reasons.join()).to.contain("1 block left out");
  });

  it("counts a block with exactly a tenth of its pairs missing", () => {
    const tenth = rows(1, 100, (window) => (window % 10 === 0 ? null : 1000));
    const found = analyze(
      tenth,
      rows(1, 100, () => 400),
      { blockWindows: 10 },
    );
    expect(found.blocks).to.equal(10);
  });

  it("is unhealthy when three blocks in a row miss too much, or none is whole", () => {
    const lost = (until: number) => rows(1, 180, (window) => (window < until && window % 3 === 0 ? null : 1000));
    const candidate = rows(1, 180, () => 400);
    expect(analyze(lost(45), candidate).decision).to.equal("unhealthy");
    expect(analyze(lost(30), candidate)).to.include({ decision: "promote", blocks: 10 });
    const none = analyze([Array.from({ length: 30 }, () => null)], [Array.from({ length: 30 }, () => null)]);
    expect(none).to.deep.include({ decision: "unhealthy", blocks: 0, theta: null, radius: null, lower: null });
    expect(none.reasons[0]).to.contain("window pairs");
  });

  it("drops windows that fill no block, and says so", () => {
    const found = analyze(
      rows(1, 44, () => 10),
      rows(1, 44, () => 5),
    );
    expect(found).to.include({ blocks: 2, decision: "inconclusive", radius: null, lower: null, upper: null });
    expect(found.reduction).to.include({ low: null, high: null });
    expect(found.reasons).to.include("14 windows at the end left out: they fill no block");
    expect(
      analyze(
        rows(1, 3, () => 10),
        rows(1, 3, () => 5),
      ),
    ).to.include({ blocks: 0, decision: "inconclusive" });
  });

  it("survives counts of zero", () => {
    const zero = rows(2, 150, () => 0);
    expect(analyze(zero, zero)).to.include({ decision: "inconclusive", theta: 0, radius: null, standardError: null });
    const some = rows(2, 150, () => 1000);
    expect(analyze(some, zero)).to.include({ decision: "promote" });
    expect(analyze(zero, some).decision).to.not.equal("promote");
  });

  it("weighs hosts by what they send where asked for the fleet's total", () => {
    const baseline = rows(3, 150, (_, host) => (host === 0 ? 100_000 : 100));
    const candidate = rows(3, 150, (_, host) => (host === 0 ? 50_000 : 100));
    const fleet = analyze(baseline, candidate, { estimator: "fleet-total" });
    expect(fleet.theta).to.be.closeTo(Math.log((50_200 + 0.5) / (100_200 + 0.5)), 1e-9);
    expect(analyze(baseline, candidate).theta).to.be.closeTo(Math.log(0.5) / 3, 1e-3);
  });

  it("says when blocks are shorter than what the windows remember", () => {
    const normal = seededNormal(23);
    let noise = 0;
    const wander = rows(1, 600, () => {
      noise = 0.95 * noise + 0.05 * normal();
      return Math.round(1e6 * Math.exp(noise));
    });
    const found = analyze(
      rows(1, 600, () => 1e6),
      wander,
    );
    expect(found.reasons.join()).to.contain("shorter than twice the correlation time");
  });

  it("never answers with a number that is none, nor promotes what it cannot bound", () => {
    const count = fc.oneof(
      fc.constantFrom(null, 0, 1e300, 1e-300, Number.MAX_VALUE, 0.5),
      fc.integer({ min: 0, max: 100 }),
    );
    const shape = fc.record({ hosts: fc.integer({ min: 1, max: 3 }), windows: fc.integer({ min: 1, max: 30 }) });
    const panel = shape.chain(({ hosts, windows }) => {
      const arm = fc.array(fc.array(count, { minLength: windows, maxLength: windows }), {
        minLength: hosts,
        maxLength: hosts,
      });
      return fc.record({
        baseline: arm,
        candidate: arm,
        blockWindows: fc.integer({ min: 1, max: 4 }),
        estimator: fc.constantFrom("typical-host", "fleet-total"),
      });
    });
    fc.assert(
      fc.property(panel, ({ baseline, candidate, ...over }) => {
        const found = analyze(baseline, candidate, over);
        for (const value of [found.theta, found.standardError, found.radius, found.lower, found.upper]) {
          expect(value === null || Number.isFinite(value)).to.equal(true);
        }
        if (found.decision === "promote") expect(found.upper).to.be.a("number");
      }),
      { numRuns: 300 },
    );
  });
});

describe("reading a panel", () => {
  const good = { windowSeconds: 60, blockWindows: 2, baseline: [[1, 2]], candidate: [[1, null]] };

  it("fills in what may be left out", () => {
    expect(panelInput(good)).to.deep.equal({
      ...good,
      alpha: 0.05,
      g: 1.3,
      minimumReduction: 0.2,
      estimator: "typical-host",
    });
  });

  const wrong: [change: unknown, message: string][] = [
    [[], "the panel must be an object"],
    [null, "the panel must be an object"],
    [{ ...good, windowSeconds: 0 }, "windowSeconds must be a number above 0, not 0"],
    [{ ...good, windowSeconds: undefined }, "windowSeconds is missing"],
    [{ ...good, blockWindows: 1.5 }, "blockWindows must be a whole number from 1, not 1.5"],
    [{ ...good, blockWindows: -1 }, "blockWindows must be a whole number from 1, not -1"],
    [{ ...good, alpha: 0.5 }, "alpha must be a number above 0 and under 0.5, not 0.5"],
    [{ ...good, alpha: null }, "alpha must be a number above 0 and under 0.5, not null"],
    [{ ...good, g: 0 }, "g must be a number above 0, not 0"],
    [{ ...good, minimumReduction: 1 }, "minimumReduction must be a ratio from 0 and under 1, not 1"],
    [{ ...good, estimator: "mean" }, 'estimator must be "typical-host" or "fleet-total", not "mean"'],
    [{ ...good, baseline: [] }, "baseline must be a list with one row for each host, not []"],
    [{ ...good, baseline: 7 }, "baseline must be a list with one row for each host, not 7"],
    [{ ...good, baseline: [[]] }, "baseline[0] must be a list with one count for each window, not []"],
    [{ ...good, candidate: [[1, -2]] }, "candidate[0][1] must be a count of 0 or more, or null, not -2"],
    [{ ...good, candidate: [[1, "2"]] }, 'candidate[0][1] must be a count of 0 or more, or null, not "2"'],
    [{ ...good, candidate: [[1, NaN]] }, "candidate[0][1] must be a count of 0 or more, or null, not NaN"],
    [{ ...good, candidate: [[1, Infinity]] }, "candidate[0][1] must be a count of 0 or more, or null, not Infinity"],
    [{ ...good, candidate: [[1]] }, "candidate[0] has 1 windows and baseline[0] 2"],
    [
      {
        ...good,
        candidate: [
          [1, 2],
          [1, 2],
        ],
      },
      "candidate has 2 rows and baseline 1",
    ],
    [{ ...good, beta: 1 }, "beta is no field of a panel"],
  ];
  for (const [value, message] of wrong) {
    it(`refuses ${message}`, () => {
      try {
        panelInput(value);
        expect.fail("nothing was refused");
      } catch (error) {
        if (!isPhoenixError(error)) throw error;
        expect(error.message).to.contain(message);
      }
    });
  }

  it("refuses anything else with the house's error, never with another", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          panelInput(value);
        } catch (error) {
          expect(isPhoenixError(error)).to.equal(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
