import { HyperLogLog } from "@phoenix/platform/sketch";
import { expect } from "chai";
import { type BodyContent, createBodyScratch } from "./body-scratch.ts";
import { scrapeOf, writeBackwards } from "./fixture/index.ts";
import { createNameMatcher } from "./name-matcher.ts";
import type { TapWindow } from "./tap-window.ts";
import { createWindowLedger, type WindowLedger } from "./window-ledger.ts";

const WINDOW_MS = 5_000;
const T = 1_763_700_000_000;

function open(nowMs: number): { ledger: WindowLedger; windows: TapWindow[] } {
  const windows: TapWindow[] = [];
  const ledger = createWindowLedger({ windowMs: WINDOW_MS, nowMs, onWindow: (window) => windows.push(window) });
  return { ledger, windows };
}

/** A request of this many bytes, at least 3, with one field that nobody knows. */
function bodyOf(bytes: number): Uint8Array {
  return Uint8Array.of(0x7a, ((bytes - 3) & 0x7f) | 0x80, (bytes - 3) >> 7, ...new Uint8Array(bytes - 3));
}

function content(
  points: [number, number][],
  names: number[] = [1, 1],
  processNames: string[] = [],
  bytes = 10,
): BodyContent {
  return {
    body: bodyOf(bytes),
    // Longer than it says, as scratch space is.
    points: Int32Array.from([...points.flatMap(([lane1, lane2]) => [lane1 << 20, lane2]), 99, 99]),
    pointCount: points.length,
    metricNames: names,
    processNames: new Set(processNames),
  };
}

describe("a window ledger", () => {
  it("counts what arrived in each window and starts the next one empty", () => {
    const { ledger, windows } = open(T);
    ledger.commit(
      content(
        [
          [1, 1],
          [2, 2],
          [1, 1],
        ],
        [7, 7, 8, 8],
        ["nginx"],
        300,
      ),
      T + 10,
    );
    ledger.commit(
      content(
        [
          [2, 2],
          [3, 3],
        ],
        [7, 7],
        ["cron"],
        200,
      ),
      T + 4_999,
    );
    ledger.reject(T + 4_999);
    ledger.roll(T + 4_999);
    expect(windows).to.deep.equal([]);
    ledger.roll(T + 5_250);
    ledger.roll(T + 10_250);
    expect(windows.length).to.equal(2);
    const [first, second] = windows as [TapWindow, TapWindow];
    expect(first).to.deep.include({
      startMs: T,
      windowMs: WINDOW_MS,
      activeSeries: 3,
      dataPoints: 5,
      metricNames: 2,
      otlpBytes: 500,
      requests: 2,
      rejectedRequests: 1,
      openedLate: false,
      incompleteReason: "",
    });
    expect([...first.reportedProcessNames]).to.deep.equal(["nginx", "cron"]);
    expect(Math.round(HyperLogLog.fromBytes(first.sketch).estimate())).to.equal(3);
    expect(second).to.deep.include({ startMs: T + 5_000, activeSeries: 0, dataPoints: 0, requests: 0, otlpBytes: 0 });
    expect(second.rejectedRequests + second.metricNames + second.reportedProcessNames.size).to.equal(0);
    expect(HyperLogLog.fromBytes(second.sketch).estimate()).to.equal(0);
  });

  it("puts a body that comes before the timer into the window it arrived in", () => {
    const { ledger, windows } = open(T);
    ledger.commit(content([[1, 1]]), T + 5_001);
    expect(windows[0]).to.deep.include({ startMs: T, dataPoints: 0 });
    ledger.roll(T + 10_250);
    expect(windows[1]).to.deep.include({ startMs: T + 5_000, dataPoints: 1, incompleteReason: "" });
  });

  it("marks the first window as opened late unless it was opened on the boundary", () => {
    const { ledger, windows } = open(T + 1);
    ledger.roll(T + 5_250);
    ledger.roll(T + 10_250);
    expect(windows.map((window) => window.openedLate)).to.deep.equal([true, false]);
    expect(windows[0]!.startMs).to.equal(T);
    expect(windows[0]!.incompleteReason).to.contain("opened after");
  });

  it("says that a window is not whole when it closes more than half a window late, and makes up none", () => {
    const { ledger, windows } = open(T);
    ledger.roll(T + 3_600_000 + 100);
    ledger.roll(T + 3_605_250);
    ledger.roll(T + 3_610_250);
    expect(windows.map((window) => window.startMs - T)).to.deep.equal([0, 3_600_000, 3_605_000]);
    expect(windows[0]!.incompleteReason).to.contain("late");
    expect(windows[1]!.openedLate).to.equal(true);
    expect(windows[2]!.incompleteReason).to.equal("");
  });

  it("hands over no start twice when the clock goes back, and goes on when it has caught up", () => {
    const { ledger, windows } = open(T);
    ledger.roll(T + 5_250);
    ledger.commit(content([[1, 1]]), T + 6_000);
    ledger.commit(content([[2, 2]]), T - 20_000);
    expect(windows[1]).to.deep.include({ startMs: T + 5_000, dataPoints: 1 });
    expect(windows[1]!.incompleteReason).to.contain("went back");
    for (let nowMs = T - 14_750; nowMs <= T + 20_250; nowMs += 5_000) ledger.roll(nowMs);
    const starts = windows.map((window) => window.startMs - T);
    expect(starts).to.deep.equal([0, 5_000, 10_000, 15_000]);
    expect(windows[2]).to.deep.include({ dataPoints: 0, incompleteReason: "" });
  });

  it("keeps counting in the same window when the clock goes back by a few milliseconds", () => {
    const { ledger, windows } = open(T);
    ledger.roll(T + 5_000);
    ledger.commit(content([[1, 1]]), T + 4_998);
    ledger.roll(T + 10_250);
    expect(windows[1]).to.deep.include({ startMs: T + 5_000, dataPoints: 1, incompleteReason: "" });
  });

  it("keeps no more must-keep names than its limit", () => {
    const windows: TapWindow[] = [];
    const ledger = createWindowLedger({
      windowMs: WINDOW_MS,
      nowMs: T,
      maxProcessNames: 3,
      onWindow: (window) => windows.push(window),
    });
    ledger.commit(content([], [], ["a", "b", "c", "d"]), T);
    ledger.roll(T + 5_250);
    expect(windows[0]!.reportedProcessNames.size).to.equal(3);
  });

  describe("counting contributors", () => {
    const scratch = createBodyScratch();
    const scrape = (processes: number): BodyContent =>
      scratch.read(writeBackwards(scrapeOf(processes)), createNameMatcher([]));

    it("does so in the second whole window with data, over all its bodies, and then not for a while", () => {
      const { ledger, windows } = open(T);
      for (let window = 0; window < 4; window++) {
        ledger.commit(scrape(20), T + window * WINDOW_MS + 100);
        ledger.commit(scrape(30), T + window * WINDOW_MS + 200);
      }
      ledger.roll(T + 4 * WINDOW_MS);
      expect(windows.map(({ contributors }) => contributors !== undefined)).to.deep.equal([false, true, false, false]);
      const { metrics, attributes, caveat } = windows[1]!.contributors!;
      expect(caveat).to.equal("");
      expect(metrics[0]).to.deep.equal({ name: "process.cpu.time", series: 90, distinctValues: 0 });
      expect(metrics.reduce((sum, { series }) => sum + series, 0)).to.equal(windows[1]!.activeSeries);
      expect(attributes[0]).to.deep.equal({ name: "resource.process.pid", series: 330, distinctValues: 30 });
    });

    it("does so again when five minutes of the clock are over", () => {
      const { ledger, windows } = open(T);
      for (let window = 0; window < 65; window++) ledger.commit(scrape(1), T + window * WINDOW_MS + 100);
      ledger.roll(T + 65 * WINDOW_MS);
      const counted = windows.filter(({ contributors }) => contributors !== undefined);
      expect(counted.map(({ startMs }) => startMs - T)).to.deep.equal([WINDOW_MS, 300_000]);
    });

    it("gives none for a window that is not whole or empty, and takes the next one for it", () => {
      const { ledger, windows } = open(T);
      ledger.commit(scrape(1), T + 100); // before what is counted
      ledger.commit(scrape(1), T + WINDOW_MS + 100); // counted, but closed late
      ledger.roll(T + 3 * WINDOW_MS);
      ledger.commit(scrape(1), T + 3 * WINDOW_MS + 100); // after one that is not whole
      ledger.roll(T + 5 * WINDOW_MS - 1); // counted, but empty
      ledger.commit(scrape(1), T + 5 * WINDOW_MS + 100);
      ledger.commit(scrape(1), T + 6 * WINDOW_MS + 100);
      ledger.roll(T + 7 * WINDOW_MS);
      const counted = windows.filter(({ contributors }) => contributors !== undefined);
      expect(counted.map(({ startMs }) => (startMs - T) / WINDOW_MS)).to.deep.equal([6]);
    });
  });
});
