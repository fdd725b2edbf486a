import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type CollectorFigures, CollectorFiguresSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { OracleWindow } from "../oracle/index.ts";
import type { TapWindow } from "../tap/index.ts";

/** How a collector stood at the end of a period. */
export type Reading = {
  atMs: number;
  /** Which process; null when none ran. */
  process: { pid: number; startTicks: number; cpuSeconds: number; rssBytes: number } | null;
  /** Points its receivers brought in since it was started; null when it does not say. */
  acceptedPoints: number | null;
  /** When it last delivered to the tap; null when it never did. */
  deliveredMs: number | null;
};

/** Everything known of a collector in a period. */
export type PeriodFacts = {
  collectorId: string;
  periodMs: number;
  /** Time between two scrapes; null where it is not known. */
  intervalMs: number | null;
  /** At the end of the period before. */
  before: Reading;
  /** At the end of this one. */
  after: Reading;
  /** Every window of the period, in order. */
  windows: readonly TapWindow[];
  /** Null where nothing must be kept. */
  oracle: OracleWindow | null;
};

const unknown = -1;

/**
 * The figures of one period; null when they would not be those of one process
 * over all of it. Rates are per second between two deliveries rather than between
 * two ticks of the clock: as many scrapes as intervals, wherever the period's edges
 * fall, and whole intervals, however late a busy host makes a scrape.
 */
export function summarizeFigures(facts: PeriodFacts): CollectorFigures | null {
  const { before, after, windows, periodMs } = facts;
  const last = windows.at(-1);
  if (last === undefined || windows.reduce((sum, { windowMs }) => sum + windowMs, 0) !== periodMs) return null;
  if (windows.some(({ incompleteReason }) => incompleteReason !== "")) return null;
  if (before.process === null || after.process === null || !isSame(before.process, after.process)) return null;

  const seconds = (deliveredFor(facts) || periodMs) / 1_000;
  const points = windows.reduce((sum, { dataPoints }) => sum + dataPoints, 0);
  const accepted =
    before.acceptedPoints === null || after.acceptedPoints === null
      ? null
      : after.acceptedPoints - before.acceptedPoints;
  const cpuSeconds = after.process.cpuSeconds - before.process.cpuSeconds;
  return create(CollectorFiguresSchema, {
    collectorId: facts.collectorId,
    measureTime: timestampFromMs(last.startMs + last.windowMs),
    inputPointsPerSecond: accepted === null || accepted < 0 ? unknown : accepted / seconds,
    outputPointsPerSecond: points / seconds,
    activeSeries: BigInt(Math.max(...windows.map(({ activeSeries }) => activeSeries))),
    retentionRatio: retention(facts),
    cpuRatio: Math.max(0, (cpuSeconds * 1_000) / Math.max(1, after.atMs - before.atMs)),
    rssBytes: BigInt(Math.round(after.process.rssBytes)),
  });
}

/** Time from the last delivery before the period to the last one in it; 0 where there were not two. */
function deliveredFor({ before, after, intervalMs }: PeriodFacts): number {
  if (before.deliveredMs === null || after.deliveredMs === null) return 0;
  const elapsedMs = Math.max(0, after.deliveredMs - before.deliveredMs);
  return intervalMs === null ? elapsedMs : Math.round(elapsedMs / intervalMs) * intervalMs;
}

function retention({ oracle, windows }: PeriodFacts): number {
  if (oracle === null || oracle.incompleteReason !== "") return unknown;
  const names = new Set(oracle.mustBeReported.map(({ processName }) => processName));
  if (names.size === 0) return unknown;
  const kept = [...names].filter((name) => windows.some((window) => window.reportedProcessNames.has(name)));
  return kept.length / names.size;
}

type SomeProcess = { pid: number; startTicks: number };

function isSame(one: SomeProcess, other: SomeProcess): boolean {
  return one.pid === other.pid && one.startTicks === other.startTicks;
}
