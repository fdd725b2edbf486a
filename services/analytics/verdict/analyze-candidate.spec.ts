import { expect } from "chai";
import fc from "fast-check";
import { analyzeCandidate } from "./analyze-candidate.ts";
import { enough, healthyWindow, judge, sends, syntheticInput } from "./synthetic-panel.ts";

describe("a verdict", () => {
  it("promotes a candidate that surely saves enough and keeps what must be kept", () => {
    const verdict = judge({ windows: enough });
    expect(verdict.decision).to.equal("promote");
    expect(verdict.reason).to.match(
      /^The candidate sends 70\.0 % fewer series \(between 69\.9 % and 70\.\d %\) and kept all 2 must-keep processes over 16 windows\.$/,
    );
    expect(verdict).to.include({ blocks: 8, pairWindows: 16, lostWindows: 0, hosts: 1, scope: "these hosts only" });
    expect(verdict.steps.map((step) => Number.isFinite(step.low))).to.deep.equal([
      ...Array(4).fill(false),
      ...Array(4).fill(true),
    ]);
    expect(verdict.checks.every((check) => check.holds)).to.equal(true);
  });

  it("waits for the fewest blocks even when the effect is plain", () => {
    const verdict = judge({ windows: enough - 2 });
    expect(verdict.decision).to.equal("continue");
    expect(verdict.reason).to.contain("7 blocks of at least 8");
  });

  it("says that nothing is measured before the first block", () => {
    expect(judge({ windows: 0 })).to.include({ decision: "continue", blocks: 0, hosts: 0 });
    expect(judge({ windows: 3 }).reason).to.contain("Nothing is measured yet");
  });

  it("rejects by evidence a candidate that surely saves too little", () => {
    const verdict = judge({ windows: enough, candidate: sends(950) });
    expect(verdict.decision).to.equal("reject");
    expect(verdict.reason).to.contain("5.0 % fewer series").and.contain("20.0 %");
  });

  it("calls a candidate that sends more what it is", () => {
    const verdict = judge({ windows: enough, candidate: sends(1500) });
    expect(verdict.decision).to.equal("reject");
    expect(verdict.reason).to.contain("50.0 % more series");
  });

  it("does not promote the same pipeline against itself", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: enough, maxLength: 3 * enough }),
        fc.array(fc.constantFrom("h1", "h2", "h3", "h4"), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (counts, hosts, fleet) => {
          const same = (startMs: number, index: number) => healthyWindow(startMs, counts[index] ?? 1);
          const verdict = judge({
            hosts: [...new Set(hosts)],
            windows: counts.length,
            baseline: same,
            candidate: same,
            plan: { estimator: fleet ? "fleet-total" : "typical-host", minimumReductionRatio: 0.01 },
          });
          expect(verdict.decision).to.not.equal("promote");
        },
      ),
      { numRuns: 40 },
    );
  });

  it("does not depend on the order of hosts or windows", () => {
    const made = { hosts: ["a", "b", "c"], windows: enough };
    const wobble = (startMs: number, index: number, hostId: string) =>
      healthyWindow(startMs, 300 + 7 * index + hostId.charCodeAt(0));
    const input = syntheticInput({ ...made, candidate: wobble });
    const shuffled = {
      ...input,
      hostIds: [...input.hostIds].reverse(),
      arms: [...input.arms].reverse().map((arm) => ({ ...arm, windows: [...arm.windows].reverse() })),
    };
    expect(analyzeCandidate(shuffled)).to.deep.equal(analyzeCandidate(input));
  });

  it("promotes each of two candidates only at half the error rate", () => {
    const [one, two] = [1, 2].map((candidates) => judge({ windows: enough }, { candidates }).primary.logRatio);
    expect(two?.high).to.be.greaterThan(one?.high ?? NaN);
  });
});

describe("rules 3 and 4", () => {
  it("never promote fewer than three hosts unless that scope was accepted", () => {
    const plan = { scopeAccepted: false, maximumBlocks: 12 };
    expect(judge({ windows: enough, plan }).decision).to.equal("continue");
    const spent = judge({ windows: 40, plan });
    expect(spent.decision).to.equal("inconclusive");
    expect(spent.reason).to.contain("1 host cannot speak for others");
    expect(judge({ hosts: ["a", "b", "c"], windows: enough, plan })).to.include({
      decision: "promote",
      scope: "hosts like these",
    });
  });

  it("are inconclusive when the planned blocks are used up and the interval holds the target", () => {
    const noisy = (startMs: number, index: number) =>
      healthyWindow(startMs, Math.floor(index / 2) % 2 === 0 ? 400 : 1100);
    const made = { windows: 40, candidate: noisy, plan: { maximumBlocks: 12 } };
    expect(judge(made).decision).to.equal("inconclusive");
    expect(judge({ ...made, plan: {} }).decision).to.equal("continue");
  });

  it("are inconclusive at the end of the data, and never promote by it", () => {
    expect(judge({ windows: enough - 2 }, { final: true }).decision).to.equal("inconclusive");
    expect(judge({ windows: 0 }, { final: true }).decision).to.equal("inconclusive");
    expect(judge({ windows: enough }, { final: true }).decision).to.equal("promote");
  });

  it("do not promote when no must-keep expression matched anything", () => {
    const bare = sends(1000, { sightings: [] });
    const verdict = judge({ windows: enough, baseline: bare, candidate: sends(300, { sightings: [] }) });
    expect(verdict.decision).to.equal("continue");
    expect(verdict.retention.unmatchedExpressions).to.deep.equal(["^postgres$", "^nginx$"]);
    expect(judge({ windows: enough, baseline: bare }, { mustKeep: [] }).decision).to.equal("promote");
  });

  it("never promote when a number of the candidate is not a number", () => {
    const broken = fc.constantFrom(NaN, Infinity, -Infinity, -1);
    const field = fc.constantFrom("activeSeries", "dataPoints", "metricNames", "otlpBytes", "cpuSeconds", "rssBytes");
    fc.assert(
      fc.property(broken, field, fc.constantFrom("baseline", "candidate"), (value, name, arm) => {
        const verdict = judge({ windows: enough + 10, [arm]: sends(300, { [name]: value }) }, { final: true });
        expect(verdict.decision).to.not.equal("promote");
      }),
      { numRuns: 48 },
    );
  });
});

describe("assurance", () => {
  it("is reduced, with every reason once, as clauses that can stand in one line", () => {
    const { assurance } = judge(
      { windows: enough, plan: { assuranceReasons: ["quick profile"] } },
      { mustKeep: ["^postgres$", "^nginx$", "^redis$"] },
    );
    expect(assurance).to.deep.equal({
      level: "reduced",
      reasons: [
        "quick profile",
        "no A/A period, so block length and the hosts' own offsets are not calibrated",
        "1 host, so the verdict is about these hosts only",
        "1.3 minutes of evidence, all at one time of day",
        'the must-keep expression "^redis$" matched no running process',
      ],
    });
  });

  it("names what went wrong while measuring in the same style", () => {
    const off = (startMs: number, index: number) =>
      healthyWindow(startMs, 1000, index >= 8 && index < 12 ? { droppedPoints: 5 } : {});
    const { reasons } = judge({ windows: enough + 4, baseline: off }, { mustKeep: [] }).assurance;
    expect(reasons).to.include.members([
      "2 blocks failed a validity check and were left out",
      "no must-keep process was named, so nothing was checked to stay visible",
    ]);
    for (const reason of reasons) expect(reason).to.match(/^(?:[a-z0-9]|A\/A).*[^.]$/);
  });

  it("is standard when nothing is missing", () => {
    const calibration = {
      pairWindows: 360,
      autocorrelation: 0.2,
      autocorrelationTimeWindows: 1.5,
      offsets: ["a", "b", "c"].map((hostId) => ({
        hostId,
        variant: "candidate",
        kpi: "active-series" as const,
        logRatio: 0,
      })),
    };
    const hour = { windowMs: 60_000, blockWindows: 15, calibrated: true, calibration };
    const minute = (series: number) => (startMs: number) => healthyWindow(startMs, series, { lengthMs: 60_000 });
    const verdict = judge({
      hosts: ["a", "b", "c"],
      windows: 15 + 8 * 15 + 15,
      plan: hour,
      baseline: minute(1000),
      candidate: minute(300),
    });
    expect(verdict.assurance).to.deep.equal({ level: "standard", reasons: [] });
    expect(verdict.decision).to.equal("promote");
  });
});
