import { expect } from "chai";
import type { MeasuredWindow } from "./panel.ts";
import { dayMs, enough, healthyWindow, judge, kept, off, sends } from "./synthetic-panel.ts";

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
