import type { HostTimeline, MeasuredWindow } from "./panel.ts";

/** What the candidate's own collector did to spoil a window. */
export type CandidateFault = "down" | "restarted" | "silent" | "dropping";

/**
 * One window on one host, judged as a pair. `pair` counts as evidence; `fault`
 * was spoiled by the candidate alone and speaks against it; `lost` was spoiled
 * by the oracle, the baseline or the host and says nothing of the candidate.
 */
export interface PairWindow {
  readonly hostId: string;
  readonly startMs: number;
  readonly fate: "pair" | "fault" | "lost";
  readonly fault: CandidateFault | null;
  readonly baseline: MeasuredWindow | undefined;
  readonly candidate: MeasuredWindow | undefined;
  /** The baseline's window is missing or cannot be used. */
  readonly baselineLost: boolean;
  /** The candidate's window is missing or cannot be used, and not by its own fault. */
  readonly candidateLost: boolean;
}

function isAmount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** True when the numbers of a window can all be true at once; NaN and counts that contradict each other cannot. */
export function isCoherent(window: MeasuredWindow): boolean {
  const { activeSeries, dataPoints, metricNames, otlpBytes } = window;
  const anything = dataPoints > 0;
  return (
    isAmount(activeSeries) &&
    isAmount(dataPoints) &&
    isAmount(metricNames) &&
    isAmount(otlpBytes) &&
    isAmount(window.cpuSeconds) &&
    isAmount(window.rssBytes) &&
    anything === activeSeries > 0 &&
    anything === metricNames > 0 &&
    (!anything || otlpBytes > 0) &&
    activeSeries <= dataPoints &&
    metricNames <= activeSeries
  );
}

/** True when a collector ran well through a window that the agent watched whole: what it sent can be counted. */
export function isWholeWindow(window: MeasuredWindow | undefined): window is MeasuredWindow {
  return (
    window?.complete === true && window.up && window.restarts === 0 && window.activeSeries > 0 && isCoherent(window)
  );
}

function faultOf(window: MeasuredWindow): CandidateFault | null {
  if (!window.up) return "down";
  if (window.restarts > 0) return "restarted";
  if (window.activeSeries === 0) return "silent";
  if (window.droppedPoints > 0 || window.rejectedRequests > 0) return "dropping";
  return null;
}

/** The newest candidate window before `startMs` shows its collector down, so silence since then is its own. */
function wasDownBefore({ candidate, candidateStarts }: HostTimeline, startMs: number): boolean {
  let [low, high] = [0, candidateStarts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((candidateStarts[middle] ?? startMs) < startMs) low = middle + 1;
    else high = middle;
  }
  const latest = candidate.get(candidateStarts[low - 1] ?? Number.NaN);
  return latest?.complete === true && !latest.up;
}

/**
 * Judges one window of one host. A pair counts only when both arms delivered
 * the window and neither restarted in it. The candidate is blamed only where
 * the baseline on the same host is well: what strikes both is the host's doing.
 */
export function judgePair(timeline: HostTimeline, startMs: number): PairWindow {
  const baseline = timeline.baseline.get(startMs);
  const candidate = timeline.candidate.get(startMs);
  const baselineLost = !isWholeWindow(baseline);
  const judged = { hostId: timeline.hostId, startMs, baseline, candidate, baselineLost };
  const lost: PairWindow = { ...judged, fate: "lost", fault: null, candidateLost: true };
  const blame = (fault: CandidateFault): PairWindow =>
    baselineLost
      ? { ...lost, candidateLost: fault === "down" || fault === "restarted" }
      : { ...judged, fate: "fault", fault, candidateLost: false };

  if (candidate === undefined) return wasDownBefore(timeline, startMs) ? blame("down") : lost;
  if (!candidate.complete || !isCoherent(candidate)) return lost;
  const fault = faultOf(candidate);
  if (fault !== null) return blame(fault);
  return { ...judged, fate: baselineLost ? "lost" : "pair", fault: null, candidateLost: false };
}
