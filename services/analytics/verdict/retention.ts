import type { HostTimeline, MeasuredWindow } from "./panel.ts";
import type { Plan } from "./plan.ts";

/** Share of a process's windows in which the candidate may miss it in all, one by one. */
const scatteredMissRatio = 0.01;

/** A must-keep process that ran, was reported by the baseline, and not by the candidate. */
export interface RetentionMiss {
  readonly hostId: string;
  readonly processName: string;
  readonly expression: string;
  /** Start of the first window it was missing in. */
  readonly firstWindowMs: number;
  /** Longest run of windows it was missing in, and where that began. */
  readonly longestGapWindows: number;
  readonly longestGapFromMs: number;
  readonly missedWindows: number;
}

/** Whether every must-keep process stayed visible. */
export interface Retention {
  /** Share of sightings by the oracle that the candidate reported; 1 of none. */
  readonly ratio: number;
  readonly baselineRatio: number;
  /** Windows with a must-keep process, over all hosts. */
  readonly windowsChecked: number;
  readonly processNames: readonly string[];
  readonly misses: readonly RetentionMiss[];
  readonly unmatchedExpressions: readonly string[];
  /** No process was missing for too long, nor too often, and a must-keep list was not checked in vain. */
  readonly holds: boolean;
}

/** Retention where there was no process to keep: none was lost. */
export const nothingToKeep: Retention = {
  ratio: 1,
  baselineRatio: 1,
  windowsChecked: 0,
  processNames: [],
  misses: [],
  unmatchedExpressions: [],
  holds: true,
};

interface ProcessRecord {
  hostId: string;
  processName: string;
  expression: string;
  sightings: number;
  candidateReports: number;
  baselineReports: number;
  missedWindows: number;
  firstMissMs: number;
  gapWindows: number;
  gapFromMs: number;
  longestGapWindows: number;
  longestGapFromMs: number;
}

interface Sight {
  expression: string;
  oracleSeen: boolean;
  baseline: boolean;
  candidate: boolean;
}

function sightsOf(baseline: MeasuredWindow, candidate: MeasuredWindow): Map<string, Sight> {
  const sights = new Map<string, Sight>();
  for (const [arm, window] of [
    ["baseline", baseline],
    ["candidate", candidate],
  ] as const) {
    for (const { processName, expression, oracleSeen, reported } of window.sightings) {
      const sight = sights.get(processName) ?? { expression, oracleSeen: false, baseline: false, candidate: false };
      sight.oracleSeen ||= oracleSeen;
      sight[arm] ||= reported;
      sights.set(processName, sight);
    }
  }
  return sights;
}

function follow(record: ProcessRecord, sight: Sight | undefined, startMs: number): void {
  if (sight?.oracleSeen !== true) {
    record.gapWindows = 0;
    return;
  }
  record.sightings += 1;
  if (sight.baseline) record.baselineReports += 1;
  if (sight.candidate) record.candidateReports += 1;
  if (sight.candidate || !sight.baseline) {
    record.gapWindows = 0;
    return;
  }
  if (record.missedWindows === 0) record.firstMissMs = startMs;
  if (record.gapWindows === 0) record.gapFromMs = startMs;
  record.missedWindows += 1;
  record.gapWindows += 1;
  if (record.gapWindows > record.longestGapWindows) {
    record.longestGapWindows = record.gapWindows;
    record.longestGapFromMs = record.gapFromMs;
  }
}

function newRecord(hostId: string, processName: string, expression: string): ProcessRecord {
  return {
    hostId,
    processName,
    expression,
    sightings: 0,
    candidateReports: 0,
    baselineReports: 0,
    missedWindows: 0,
    firstMissMs: 0,
    gapWindows: 0,
    gapFromMs: 0,
    longestGapWindows: 0,
    longestGapFromMs: 0,
  };
}

/** Follows every must-keep process of one host through the windows that were watched in both arms. */
function followHost({ hostId, baseline, candidate, candidateStarts }: HostTimeline, fromMs: number) {
  const records = new Map<string, ProcessRecord>();
  let windowsChecked = 0;
  for (const startMs of candidateStarts) {
    if (startMs < fromMs) continue;
    const [ours, theirs] = [baseline.get(startMs), candidate.get(startMs)];
    // A window nobody watched neither ends a gap nor lengthens it.
    if (!ours?.complete || !theirs?.complete) continue;
    const sights = sightsOf(ours, theirs);
    if ([...sights.values()].some((sight) => sight.oracleSeen)) windowsChecked += 1;
    for (const [processName, { expression }] of sights) {
      if (!records.has(processName)) records.set(processName, newRecord(hostId, processName, expression));
    }
    for (const record of records.values()) follow(record, sights.get(record.processName), startMs);
  }
  return { windowsChecked, records: [...records.values()].filter((record) => record.sightings > 0) };
}

/**
 * Checks every must-keep process from `fromMs` on, block or no block: a process
 * counts in a window when the agent's own scan saw it, never because an arm
 * said so. A miss is the candidate's only where the baseline reported the
 * process. Holds when nothing was missing for more than the plan's gap in a
 * row, nor in all for more than that gap or 1 % of the windows.
 */
export function checkRetention(
  timelines: readonly HostTimeline[],
  fromMs: number,
  plan: Plan,
  mustKeep: readonly string[],
): Retention {
  const hosts = timelines.map((timeline) => followHost(timeline, fromMs));
  const windowsChecked = hosts.reduce((sum, host) => sum + host.windowsChecked, 0);
  const seen = hosts.flatMap((host) => host.records);
  const sightings = seen.reduce((sum, record) => sum + record.sightings, 0);
  const share = (reports: number): number => (sightings === 0 ? 1 : reports / sightings);
  const matched = new Set(seen.map((record) => record.expression));
  const tolerated = (record: ProcessRecord): boolean =>
    record.longestGapWindows <= plan.retentionGapWindows &&
    record.missedWindows <= Math.max(plan.retentionGapWindows, scatteredMissRatio * record.sightings);

  return {
    ratio: share(seen.reduce((sum, record) => sum + record.candidateReports, 0)),
    baselineRatio: share(seen.reduce((sum, record) => sum + record.baselineReports, 0)),
    windowsChecked,
    processNames: [...new Set(seen.map((record) => record.processName))].sort(),
    misses: seen
      .filter((record) => record.missedWindows > 0)
      .map(({ hostId, processName, expression, firstMissMs, longestGapWindows, longestGapFromMs, missedWindows }) => ({
        hostId,
        processName,
        expression,
        firstWindowMs: firstMissMs,
        longestGapWindows,
        longestGapFromMs,
        missedWindows,
      })),
    unmatchedExpressions: mustKeep.filter((expression) => !matched.has(expression)),
    holds: seen.every(tolerated) && (mustKeep.length === 0 || seen.length > 0),
  };
}
