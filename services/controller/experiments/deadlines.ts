import type { AnalysisPlan } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { calibrationSpan } from "./calibration.ts";
import { measuringMs } from "./plan.ts";
import type { ExperimentSettings } from "./settings.ts";
import { isOver, type Phase } from "./state-machine.ts";

/** What a deadline depends on. */
export interface DeadlineInput {
  /** When the phase, or a part of it, begins. */
  now: Date;
  /** When the A/A period begins; needed in RUNNING before measuring. */
  calibrateTime: Date | null;
  /** When measuring begins; null before. */
  measureTime: Date | null;
  /** The plan; needed from RUNNING on. */
  plan: AnalysisPlan | null;
  /** Length of the A/A period, in milliseconds; 0 for none. */
  calibrationMs: number;
  /** The user's limit on measuring, in milliseconds. */
  maxDurationMs?: number | undefined;
}

/** Blocks of this length fit into the time a load is given, in windows: twice the τ of φ = 0.95. */
const longBlockWindows = 78;

/** Gives the time at which a phase times out, or null for one that is over. */
export function deadlineOf(phase: Phase, input: DeadlineInput, settings: ExperimentSettings): Date | null {
  if (isOver(phase)) return null;
  if (phase === "pending") return later(input.now, settings.pendingTimeoutMs);
  if (phase === "initializing") return later(input.now, settings.initializingTimeoutMs);
  if (phase === "analyzing") return later(input.now, settings.analyzingTimeoutMs);
  const { plan, measureTime, calibrateTime } = input;
  // The grace lets the last window arrive; without it the last block would never count.
  if (plan !== null && measureTime !== null) {
    return later(measureTime, measuringMs(plan, input.maxDurationMs) + settings.deliveryGraceMs);
  }
  if (plan === null || calibrateTime === null) throw new Error("RUNNING has a plan, and a time it measures from");
  if (plan.calibrated) return later(input.now, settings.initializingTimeoutMs);
  const { end } = calibrationSpan(plan, calibrateTime, input.calibrationMs);
  return later(end, settings.deliveryGraceMs + settings.analyzingTimeoutMs);
}

/** Seconds until the measuring is over at the latest, an A/A period that is still to come or under way included. */
export function secondsUntilMeasured(input: DeadlineInput & { plan: AnalysisPlan }): number {
  const { plan, measureTime, calibrateTime, calibrationMs, now } = input;
  const measuring = measuringMs(plan, input.maxDurationMs);
  let leftMs = measuring;
  if (measureTime !== null) leftMs += measureTime.getTime() - now.getTime();
  else if (calibrationMs > 0 && !plan.calibrated) {
    const { end } = calibrationSpan(plan, calibrateTime ?? now, calibrationMs);
    leftMs += Math.max(0, end.getTime() - now.getTime());
  }
  return Math.max(0, Math.ceil(leftMs / 1000));
}

/** Longest time between the first and the last window, in milliseconds, with blocks as long as an A/A period may ask for. */
export function longestRunMs(
  plan: AnalysisPlan,
  { calibrationMs, maxDurationMs }: { calibrationMs: number; maxDurationMs?: number | undefined },
  settings: ExperimentSettings,
): number {
  if (calibrationMs === 0) return measuringMs(plan, maxDurationMs);
  const { end } = calibrationSpan(plan, new Date(0), calibrationMs);
  const longest = { ...plan, blockWindows: Math.max(plan.blockWindows, longBlockWindows) };
  return (
    end.getTime() + settings.analyzingTimeoutMs + settings.initializingTimeoutMs + measuringMs(longest, maxDurationMs)
  );
}

function later(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}
