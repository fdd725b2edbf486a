import type { StoredWindow } from "../kpis/index.ts";

/** Time after its end that a window's samples may take to be in the second source, in milliseconds. */
const graceMs = 10_000;
/** Newest windows of an arm that are compared: they say what older ones would, and each costs both sides. */
const mostWindows = 240;
/** Hosts of an arm that are compared. */
const mostHosts = 50;

/** Fewest windows of a host, before hosts are left out. */
const fewestWindows = 12;
/** Points of an arm that a query goes through: a Prometheus took 2.5 s for a million on two busy cores. */
const mostPoints = 2_000_000;

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
   * Of every arm the complete windows that both sides have had time for: the newest 240 of at most 50 hosts, and
   * fewer where they hold more than two million points. Arms by name; one without such a window is left out.
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
  const since = (count: number): ComparedWindow[] =>
    ripe.filter(
      (each) => each.windowSeconds === windowSeconds && endOf(each) > lastEndMs - count * windowSeconds * 1000,
    );
  const hosts = new Set(since(mostWindows).map(({ hostId }) => hostId)).size;
  const points = meanPoints(since(mostWindows));
  const counted = Math.max(fewestWindows, Math.min(mostWindows, Math.floor(mostPoints / (points * hosts))));
  const recent = since(counted);
  const hostIds = [...new Set(recent.map(({ hostId }) => hostId))]
    .sort()
    .slice(0, Math.max(1, Math.floor(mostPoints / (points * counted))));
  const chosen = recent.filter(({ hostId }) => hostIds.includes(hostId));
  const firstEndMs = chosen.reduce((earliest, window) => Math.min(earliest, endOf(window)), lastEndMs);
  return { variant, windowSeconds, hostIds, firstEndMs, lastEndMs, windows: chosen };
}

/** Mean of the points in a window, 1 at least. */
function meanPoints(windows: readonly ComparedWindow[]): number {
  return Math.max(1, windows.reduce((total, { dataPoints }) => total + dataPoints, 0) / windows.length);
}
