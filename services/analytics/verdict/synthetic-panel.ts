import { analyzeCandidate, type CandidateInput, type CandidateVerdict } from "./analyze-candidate.ts";
import type { MeasuredArm, MeasuredWindow, Sighting } from "./panel.ts";
import type { Plan } from "./plan.ts";

/** A made-up experiment for tests: the plan of a quick profile, times from a fixed day on. */
export const quickPlan: Plan = {
  windowMs: 5000,
  blockWindows: 2,
  warmupWindows: 4,
  minimumBlocks: 8,
  maximumBlocks: 48,
  alpha: 0.05,
  g: 1.3,
  minimumReductionRatio: 0.2,
  overheadMarginRatio: 0.1,
  retentionGapWindows: 2,
  allowedCpuRatio: 0.02,
  allowedRssBytes: 100 * 2 ** 20,
  maximumCpuRatio: 0.5,
  maximumRssBytes: 512 * 2 ** 20,
  scopeAccepted: true,
  estimator: "typical-host",
  calibrated: false,
  assuranceReasons: [],
};

/** Start of the first synthetic window: 2026-11-20T10:00:00Z. */
export const dayMs = Date.UTC(2026, 10, 20, 10);

/** A must-keep process, seen by the oracle and reported by the arm. */
export function kept(processName: string, reported = true): Sighting {
  return { expression: `^${processName}$`, processName, oracleSeen: true, reported };
}

/** A healthy window with this many series, sent once each. */
export function healthyWindow(
  startMs: number,
  activeSeries: number,
  over: Partial<MeasuredWindow> = {},
): MeasuredWindow {
  return {
    startMs,
    lengthMs: quickPlan.windowMs,
    activeSeries,
    dataPoints: activeSeries,
    metricNames: Math.min(activeSeries, 11),
    otlpBytes: activeSeries * 124,
    cpuSeconds: 0.05,
    rssBytes: 90 * 2 ** 20,
    restarts: 0,
    up: true,
    complete: true,
    droppedPoints: 0,
    rejectedRequests: 0,
    configDigest: "d".repeat(64),
    clockOffsetMs: 0,
    sightings: [kept("postgres"), kept("nginx")],
    ...over,
  };
}

/** What to make: one function per arm gives each window; null leaves it undelivered. */
export interface SyntheticExperiment {
  readonly hosts?: readonly string[];
  readonly windows: number;
  readonly plan?: Partial<Plan>;
  readonly baseline?: (startMs: number, index: number, hostId: string) => MeasuredWindow | null;
  readonly candidate?: (startMs: number, index: number, hostId: string) => MeasuredWindow | null;
}

/** Makes the input of a verdict. Without functions the baseline has 1,000 series and the candidate 300. */
export function syntheticInput(made: SyntheticExperiment): CandidateInput {
  const hosts = made.hosts ?? ["h1"];
  const plan = { ...quickPlan, ...made.plan };
  const arms: MeasuredArm[] = hosts.flatMap((hostId) =>
    (["baseline", "candidate"] as const).map((variant) => {
      const usual = (startMs: number): MeasuredWindow => healthyWindow(startMs, variant === "baseline" ? 1000 : 300);
      const make = made[variant] ?? usual;
      const windows = Array.from({ length: made.windows }, (_, index) =>
        make(dayMs + index * plan.windowMs, index, hostId),
      ).filter((window) => window !== null);
      return { hostId, variant, windows };
    }),
  );
  return {
    plan,
    arms,
    baselineVariant: "baseline",
    candidateVariant: "candidate",
    candidates: 1,
    hostIds: hosts,
    mustKeep: ["^postgres$", "^nginx$"],
    digests: {},
    final: false,
  };
}

/** The verdict on a made-up experiment, with what of the input is told otherwise. */
export function judge(made: SyntheticExperiment, over: Partial<CandidateInput> = {}): CandidateVerdict {
  return analyzeCandidate({ ...syntheticInput(made), ...over });
}

/** Windows of a warm-up of 4 and of 8 blocks of 2: the fewest that may promote. */
export const enough: number = quickPlan.warmupWindows + 2 * quickPlan.minimumBlocks;

/** An arm that sends this many series in every window. */
export function sends(series: number, over: Partial<MeasuredWindow> = {}): (startMs: number) => MeasuredWindow {
  return (startMs) => healthyWindow(startMs, series, over);
}

/** What is measured of a collector that does not run. */
export const off: Partial<MeasuredWindow> = {
  up: false,
  activeSeries: 0,
  dataPoints: 0,
  metricNames: 0,
  otlpBytes: 0,
};
