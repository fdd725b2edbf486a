import type { StoredWindow } from "../kpis/index.ts";

/** Time after its end that a window's samples may take to be in the second source, in milliseconds. */
const graceMs = 10_000;
/** Newest windows of an arm that are compared: they say what older ones would, and each costs both sides. */
const mostWindows = 240;
/** Hosts of an arm that are compared. */
const mostHosts = 50;

/** What of a window is compared. */
export type ComparedWindow = Pick<
  StoredWindow,
  "hostId" | "variant" | "startMs" | "windowSeconds" | "activeSeries" | "dataPoints" | "metricNames" | "complete"
>;

/** What is compared of one arm. */
export interface ArmWindows {
  readonly variant: string;
  readonly windowSeconds: number;
  /** By name. */
  readonly hostIds: readonly string[];
  /** Ends of the first and the last window, in milliseconds since the Unix epoch. */
  readonly firstEndMs: number;
  readonly lastEndMs: number;
  /** Only complete ones, of the length of the newest. */
  readonly windows: readonly ComparedWindow[];
}

/** Takes the windows of an experiment in order of time, however many, and keeps those to compare. */
export interface WindowChooser {
  add(window: ComparedWindow): void;
  /**
   * Of every arm the complete windows that both sides have had time for: the newest 240 of at most 50 hosts.
   * Arms by name; one without such a window is left out.
   */
  choose(nowMs: number): ArmWindows[];
}

const endOf = (window: ComparedWindow): number => window.startMs + window.windowSeconds * 1000;

/** An arm while its windows come in. */
type Intake = {
  windows: ComparedWindow[] /** Start of the last window of each host. */;
  lastStartMs: Map<string, number>;
};

/** Makes a chooser; what it holds is bounded. */
export function createWindowChooser(): WindowChooser {
  const arms = new Map<string, Intake>();
  return {
    add(window) {
      if (!window.complete) return;
      const { hostId, variant, startMs, windowSeconds, activeSeries, dataPoints, metricNames, complete } = window;
      const arm: Intake = arms.get(variant) ?? { windows: [], lastStartMs: new Map() };
      arms.set(variant, arm);
      const sinceMs = startMs - graceMs - mostWindows * windowSeconds * 1000;
      if (!arm.lastStartMs.has(hostId) && !hasRoom(arm, sinceMs)) return;
      arm.lastStartMs.set(hostId, startMs);
      arm.windows.push({ hostId, variant, startMs, windowSeconds, activeSeries, dataPoints, metricNames, complete });
      if (arm.windows.length > 2 * mostHosts * mostWindows) forgetBefore(arm, sinceMs);
    },
    choose: (nowMs) =>
      [...arms]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([variant, { windows }]) => newestOf(variant, windows, nowMs) ?? []),
  };
}

/** Whether another host fits, once those are forgotten that have been away for all that is compared. */
function hasRoom(arm: Intake, sinceMs: number): boolean {
  if (arm.lastStartMs.size < mostHosts) return true;
  if (![...arm.lastStartMs.values()].some((startMs) => startMs < sinceMs)) return false;
  forgetBefore(arm, sinceMs);
  return true;
}

function forgetBefore(arm: Intake, sinceMs: number): void {
  arm.windows = arm.windows.filter(({ startMs }) => startMs >= sinceMs);
  for (const [hostId, startMs] of arm.lastStartMs) if (startMs < sinceMs) arm.lastStartMs.delete(hostId);
}

function newestOf(variant: string, windows: readonly ComparedWindow[], nowMs: number): ArmWindows | undefined {
  const ripe = windows.filter((window) => endOf(window) <= nowMs - graceMs);
  const [first] = ripe;
  if (first === undefined) return undefined;
  const newest = ripe.reduce((latest, window) => (endOf(window) > endOf(latest) ? window : latest), first);
  const { windowSeconds } = newest;
  const lastEndMs = endOf(newest);
  const sinceMs = lastEndMs - mostWindows * windowSeconds * 1000;
  const chosen = ripe.filter((window) => window.windowSeconds === windowSeconds && window.startMs >= sinceMs);
  return {
    variant,
    windowSeconds,
    hostIds: [...new Set(chosen.map(({ hostId }) => hostId))].sort(),
    firstEndMs: chosen.reduce((earliest, window) => Math.min(earliest, endOf(window)), lastEndMs),
    lastEndMs,
    windows: chosen,
  };
}
