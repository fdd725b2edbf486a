import { expect } from "chai";
import type { MeasuredWindow } from "./panel.ts";
import { enough, healthyWindow, judge, kept, off, type SyntheticExperiment } from "./synthetic-panel.ts";

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
