import { HyperLogLog } from "@phoenix/platform/sketch";
import type { BodyContent } from "./body-scratch.ts";
import { type ContributorCounter, createContributorCounter } from "./contributor-counter.ts";
import { countsContributors } from "./contributor-policy.ts";
import { SeriesSet } from "./series-set.ts";
import type { TapWindow } from "./tap-window.ts";

/** Keeps one collector's current window and hands it over when the clock has passed its end. */
export interface WindowLedger {
  /** Adds one body that was read whole, in the window that `nowMs` falls in. */
  commit(content: BodyContent, nowMs: number): void;
  /** Notes a request that could not be read. */
  reject(nowMs: number): void;
  /** Closes the window if `nowMs` is past its end. */
  roll(nowMs: number): void;
  /** End of the current window: the moment from which `roll` has something to do. */
  readonly endMs: number;
}

/** What a ledger needs. */
export interface WindowLedgerOptions {
  /** Length of a window. */
  readonly windowMs: number;
  /** Now; the first window is the one it falls in, and is marked as opened late unless it starts now. */
  readonly nowMs: number;
  /** Gets every window once, in order of growing start. */
  readonly onWindow: (window: TapWindow) => void;
  /** Most must-keep names one window keeps; further ones are left out. Default 10,000, the limit of the contract. */
  readonly maxProcessNames?: number;
}

/**
 * Opens a ledger. Windows are aligned to the wall clock and a body counts where
 * it arrived. A window during which the clock jumped or the process stalled for
 * more than half a window is marked incomplete; windows slept through are not
 * made up; no start is handed over twice, even when the clock goes back. Where
 * the series come from is counted in the windows that contributor-policy names.
 */
export function createWindowLedger(options: WindowLedgerOptions): WindowLedger {
  const { windowMs, onWindow, maxProcessNames = 10_000 } = options;
  const series = new SeriesSet(4096);
  const names = new SeriesSet(64);
  const sketch = new HyperLogLog();
  let processNames = new Set<string>();
  let startMs = Math.floor(options.nowMs / windowMs) * windowMs;
  let openedLate = options.nowMs !== startMs;
  let handedOverMs = Number.NEGATIVE_INFINITY;
  let counter: ContributorCounter | undefined;
  let countedMs: number | undefined;
  let dataPoints = 0;
  let otlpBytes = 0;
  let requests = 0;
  let lastRequestMs = 0;
  let rejectedRequests = 0;

  /** Closes the window; the next one has to begin at once. Returns its data points, 0 when it is not whole. */
  function handOver(disturbance: string): number {
    const incompleteReason = disturbance || (openedLate ? "The tap was opened after the window had begun." : "");
    // Half a window, or one without data, would say where a part of the series comes from.
    const contributors = incompleteReason === "" && dataPoints > 0 ? counter?.read() : undefined;
    if (contributors !== undefined) countedMs = startMs;
    const window: TapWindow = {
      startMs,
      windowMs,
      activeSeries: series.size,
      dataPoints,
      metricNames: names.size,
      otlpBytes,
      requests,
      lastRequestMs,
      rejectedRequests,
      sketch: sketch.toBytes(),
      reportedProcessNames: processNames,
      contributors,
      openedLate,
      incompleteReason,
    };
    series.clear();
    names.clear();
    sketch.clear();
    processNames = new Set();
    dataPoints = otlpBytes = requests = rejectedRequests = lastRequestMs = 0;
    if (startMs > handedOverMs) {
      handedOverMs = startMs;
      onWindow(window);
    }
    return incompleteReason === "" ? window.dataPoints : 0;
  }

  function beginAt(nowMs: number, late: boolean, pointsBefore: number): void {
    startMs = Math.floor(nowMs / windowMs) * windowMs;
    openedLate = late;
    const counts = countsContributors({ startMs, openedLate, pointsBefore, countedMs });
    counter = counts ? createContributorCounter() : undefined;
  }

  function roll(nowMs: number): void {
    const toleranceMs = windowMs / 2;
    if (nowMs < startMs - toleranceMs) {
      handOver(`The host's clock went back by about ${Math.round(startMs - nowMs)} ms.`);
      beginAt(nowMs, true, 0);
      return;
    }
    const lateMs = nowMs - (startMs + windowMs);
    if (lateMs < 0) return;
    const late = lateMs > toleranceMs;
    const pointsBefore = handOver(
      late ? `The window closed ${Math.round(lateMs)} ms late: the agent stalled or the clock jumped.` : "",
    );
    beginAt(nowMs, late, pointsBefore);
  }

  return {
    commit(content, nowMs) {
      roll(nowMs);
      const { points, body } = content;
      const fresh = counter === undefined ? undefined : new Uint8Array(content.pointCount);
      const seriesBefore = series.size;
      for (let at = 0; at < content.pointCount * 2; at += 2) {
        const lane1 = points[at]!;
        const lane2 = points[at + 1]!;
        if (!series.add(lane1, lane2)) continue;
        sketch.add(lane1, lane2);
        if (fresh !== undefined) fresh[at / 2] = 1;
      }
      // A body without a series that is new in the window says nothing more of where they come from.
      if (fresh !== undefined && series.size > seriesBefore) counter?.add(body, fresh);
      for (let at = 0; at < content.metricNames.length; at += 2) {
        names.add(content.metricNames[at]!, content.metricNames[at + 1]!);
      }
      for (const name of content.processNames) {
        if (processNames.size < maxProcessNames) processNames.add(name);
      }
      dataPoints += content.pointCount;
      otlpBytes += body.length;
      requests++;
      lastRequestMs = nowMs;
    },
    reject(nowMs) {
      roll(nowMs);
      rejectedRequests++;
    },
    roll,
    get endMs() {
      return startMs + windowMs;
    },
  };
}
