import { expect } from "chai";
import fc from "fast-check";
import { analyzeCandidate, type CandidateInput } from "./analyze-candidate.ts";
import type { MeasuredWindow } from "./panel.ts";
import { dayMs, healthyWindow, kept, type SyntheticExperiment, syntheticInput } from "./synthetic-panel.ts";

const judge = (made: SyntheticExperiment, over: Partial<CandidateInput> = {}) =>
  analyzeCandidate({ ...syntheticInput(made), ...over });

/** Warm-up of 4 windows and 8 blocks of 2: the fewest that may promote. */
const enough = 4 + 2 * 8;
const sends =
  (series: number, over: Partial<MeasuredWindow> = {}) =>
  (startMs: number): MeasuredWindow =>
    healthyWindow(startMs, series, over);
const off: Partial<MeasuredWindow> = { up: false, activeSeries: 0, dataPoints: 0, metricNames: 0, otlpBytes: 0 };

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

describe("rule 0, validity", () => {
  const lasting =
    (over: Partial<MeasuredWindow>, from: number, to: number, series = 1000) =>
    (startMs: number, index: number) =>
      healthyWindow(startMs, series, index >= from && index < to ? over : {});

  const faults: [name: string, made: Partial<SyntheticExperiment>][] = [
    ["pair-loss", { baseline: lasting(off, 8, 14) }],
    ["pair-loss", { candidate: lasting({ complete: false }, 8, 14, 300) }],
    ["arm-balance", { baseline: lasting({ restarts: 1 }, 8, 14) }],
    ["baseline-drops", { baseline: lasting({ droppedPoints: 5 }, 8, 14) }],
    ["baseline-drops", { baseline: lasting({ rejectedRequests: 5 }, 8, 14) }],
    ["baseline-retention", { baseline: lasting({ sightings: [kept("postgres", false), kept("nginx")] }, 8, 14) }],
    ["config-digest", { candidate: lasting({ configDigest: "e".repeat(64) }, 8, 14, 300) }],
    ["numbers", { candidate: lasting({ cpuSeconds: NaN }, 8, 14, 300) }],
  ];
  for (const [name, made] of faults) {
    it(`is unhealthy when ${name} fails in three blocks in a row, and names it`, () => {
      const verdict = judge({ windows: enough, ...made });
      expect(verdict.decision).to.equal("unhealthy");
      expect(verdict.checks.filter((check) => !check.holds).map((check) => check.name)).to.include(name);
      expect(verdict.reason).to.contain("says nothing of the candidate");
    });
  }

  it("tolerates two bad blocks in a row and leaves them out of the evidence", () => {
    const verdict = judge({ windows: enough + 4, baseline: lasting({ droppedPoints: 5 }, 8, 12) });
    expect(verdict).to.include({ decision: "promote", blocks: 8, lostWindows: 4 });
    expect(verdict.assurance.reasons.join()).to.contain("2 blocks failed a validity check");
  });

  it("is unhealthy when the clocks of two hosts are more than a window apart", () => {
    const skewed = (startMs: number, _: number, hostId: string) =>
      healthyWindow(startMs, 1000, { clockOffsetMs: hostId === "h1" ? 5100 : 0 });
    const verdict = judge({ hosts: ["h1", "h2"], windows: enough, baseline: skewed });
    expect(verdict.decision).to.equal("unhealthy");
    expect(verdict.reason).to.contain("5100 ms apart");
  });

  it("is unhealthy when a planned host delivers nothing", () => {
    const silent = (startMs: number, _: number, hostId: string) =>
      hostId === "h3" ? null : healthyWindow(startMs, 300);
    const made = { hosts: ["h1", "h2", "h3"], windows: enough, baseline: silent, candidate: silent };
    expect(judge(made).decision).to.equal("unhealthy");
  });

  it("compares digests with those the arms were started with", () => {
    const digests = { candidate: "f".repeat(64) };
    expect(judge({ windows: enough }, { digests }).decision).to.equal("unhealthy");
    expect(judge({ windows: enough }, { digests: { candidate: "d".repeat(64) } }).decision).to.equal("promote");
  });

  it("comes before a rejection", () => {
    const lost = (startMs: number) => healthyWindow(startMs, 300, { sightings: [kept("postgres", false)] });
    const verdict = judge({ windows: enough, baseline: lasting({ droppedPoints: 5 }, 8, 14), candidate: lost });
    expect(verdict.decision).to.equal("unhealthy");
  });
});

describe("rule 1, hard rejection", () => {
  const without = (from: number, to: number) => (startMs: number, index: number) =>
    healthyWindow(startMs, 300, { sightings: [kept("postgres", !(index >= from && index < to)), kept("nginx")] });

  it("rejects when a must-keep process is missing for longer than the gap, naming process, host and time", () => {
    const verdict = judge({ windows: 10, candidate: without(6, 9) });
    expect(verdict.decision).to.equal("reject");
    expect(verdict.reason)
      .to.contain("process postgres on host h1")
      .and.contain(new Date(dayMs + 6 * 5000).toISOString())
      .and.contain("3 windows in a row");
    expect(verdict.retention.misses).to.deep.equal([
      {
        hostId: "h1",
        processName: "postgres",
        expression: "^postgres$",
        firstWindowMs: dayMs + 30_000,
        longestGapWindows: 3,
        longestGapFromMs: dayMs + 30_000,
        missedWindows: 3,
      },
    ]);
  });

  it("tolerates a gap of the planned length, and still promotes", () => {
    const verdict = judge({ windows: enough, candidate: without(6, 8) });
    expect(verdict.decision).to.equal("promote");
    expect(verdict.reason).to.contain("apart from gaps within the limit");
    expect(verdict.retention.ratio).to.be.closeTo(30 / 32, 1e-9);
  });

  it("does not promote a candidate that loses a process again and again for short times", () => {
    const blinking = (startMs: number, index: number) =>
      healthyWindow(startMs, 300, { sightings: [kept("postgres", index % 3 === 0), kept("nginx")] });
    expect(judge({ windows: enough, candidate: blinking }).decision).to.equal("continue");
    expect(judge({ windows: enough, candidate: blinking }, { final: true }).decision).to.equal("inconclusive");
  });

  it("does not blame the candidate for what the baseline misses too, nor for a process that ended", () => {
    const gone = (oracleSeen: boolean) => (startMs: number, index: number) => {
      const postgres = { ...kept("postgres", index < 10), oracleSeen: oracleSeen || index < 10 };
      return healthyWindow(startMs, 300, { sightings: [postgres, kept("nginx")] });
    };
    const ended = judge({ windows: enough, baseline: gone(false), candidate: gone(false) });
    expect(ended.retention.misses).to.deep.equal([]);
    expect(judge({ windows: enough, baseline: gone(true), candidate: gone(true) }).decision).to.equal("unhealthy");
  });

  it("bridges a window that nobody watched", () => {
    const candidate = (startMs: number, index: number) => ({
      ...without(6, 10)(startMs, index),
      complete: index !== 8,
    });
    expect(judge({ windows: 12, candidate }).decision).to.equal("reject");
  });

  it("rejects a crash loop, although every pair is missing", () => {
    const crashing = sends(0, { ...off, restarts: 1 });
    const verdict = judge({ windows: 4 + 4, candidate: crashing }, { mustKeep: [] });
    expect(verdict.decision).to.equal("reject");
    expect(verdict.reason).to.contain("crashed again and again");
  });

  it("says of a process that was lost while the collector crashed that it did, and of no other", () => {
    const sightings = [kept("postgres", false), kept("nginx", false)];
    const crashing = (startMs: number, index: number) =>
      healthyWindow(startMs, 300, index >= 6 ? { ...off, restarts: index % 2, sightings } : {});
    const { decision, reason } = judge({ windows: 10, candidate: crashing });
    expect(decision).to.equal("reject");
    expect(reason).to.contain("lost the must-keep process").and.contain("4 windows in a row");
    expect(reason).to.match(/The candidate's collector crashed meanwhile: it was down or restarted in 4 windows\.$/);
    expect(judge({ windows: 10, candidate: without(6, 9) }).reason).to.not.contain("crashed");
  });

  it("rejects a collector that is down, silent or dropping for three blocks while the baseline is well", () => {
    const faults: [Partial<MeasuredWindow>, string][] = [
      [off, "was not running"],
      [{ ...off, up: true }, "sent nothing"],
      [{ droppedPoints: 1 }, "dropped data"],
    ];
    for (const [over, words] of faults) {
      const verdict = judge({ windows: 4 + 6, candidate: sends(300, over) });
      expect(verdict.decision).to.equal("reject");
      expect(verdict.reason).to.contain(words);
      expect(judge({ windows: 4 + 4, candidate: sends(300, over) }).decision).to.equal("continue");
    }
  });

  it("does not promote a candidate that failed more than in passing", () => {
    const flaky = (startMs: number, index: number) =>
      healthyWindow(startMs, 300, index >= 6 && (index - 6) % 6 === 0 ? { restarts: 1 } : {});
    const verdict = judge({ windows: 4 + 2 * 12, candidate: flaky });
    expect(verdict.blocks).to.equal(8);
    expect(verdict.decision).to.equal("continue");
    expect(verdict.reason).to.contain("spoiled 4 windows");
  });

  it("rejects a collector over an absolute cap for three blocks, not for two", () => {
    const heavy = (from: number, to: number, over: Partial<MeasuredWindow>) => (startMs: number, index: number) =>
      healthyWindow(startMs, 300, index >= from && index < to ? over : {});
    const cpu = { cpuSeconds: 3 };
    const rss = { rssBytes: 600 * 2 ** 20 };
    expect(judge({ windows: 12, candidate: heavy(4, 10, cpu) }).reason).to.contain("60.0 % of a core");
    expect(judge({ windows: 12, candidate: heavy(4, 10, rss) }).reason).to.contain("600 MiB");
    for (const over of [cpu, rss]) {
      expect(judge({ windows: 12, candidate: heavy(4, 10, over) }).decision).to.equal("reject");
      expect(judge({ windows: 12, candidate: heavy(4, 8, over) }).decision).to.equal("continue");
    }
  });
});

describe("the guardrails", () => {
  const heavier = {
    windows: enough,
    baseline: sends(1000, { cpuSeconds: 0.5 }),
    candidate: sends(300, { cpuSeconds: 0.8 }),
  };

  it("reject a candidate whose overhead surely grows beyond the margin", () => {
    const verdict = judge(heavier);
    expect(verdict.decision).to.equal("reject");
    expect(verdict.reason).to.contain("59.9 % more CPU");
  });

  it("hold for a growth of next to nothing", () => {
    const verdict = judge({
      windows: enough,
      baseline: sends(1000, { cpuSeconds: 0 }),
      candidate: sends(300, { cpuSeconds: 0.06 }),
    });
    expect(verdict.decision).to.equal("promote");
    const cpu = verdict.effects.find((effect) => effect.kpi === "collector-cpu");
    expect(cpu?.guardrailHolds).to.equal(true);
    expect(cpu?.logRatio.estimate).to.be.closeTo(Math.log(60.5 / 0.5), 1e-9);
    expect(cpu?.candidateMean).to.be.closeTo(0.012, 1e-9);
  });

  it("neither promote nor reject while the growth is not sure", () => {
    const noisy = (startMs: number, index: number) =>
      healthyWindow(startMs, 300, { cpuSeconds: Math.floor(index / 2) % 2 === 0 ? 0.2 : 1.2 });
    const verdict = judge({ ...heavier, candidate: noisy });
    expect(verdict.decision).to.equal("continue");
    expect(verdict.reason).to.contain("CPU");
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
