import { clone } from "@bufbuild/protobuf";
import {
  type AnalysisPlan,
  AnalysisPlanSchema,
  type Calibration,
  Kpi,
} from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { fewestHosts, fixedBlockReason, planWarnings } from "./plan.ts";

/** What an A/A period taught, as analytics gives it. */
export interface CalibrationAnswer {
  calibration: Calibration;
  /** Fewest windows a block must have. */
  blockWindows: number;
  /** Why the period is too thin to lean on, as short clauses. */
  shortcomings: readonly string[];
}

/** Most reasons a plan can carry. */
const mostReasons = 32;

/**
 * Gives the part of an A/A period that counts: the warm-up windows of the plan
 * come first, then as many whole windows as the length asked for takes.
 */
export function calibrationSpan(
  plan: Pick<AnalysisPlan, "windowSeconds" | "warmupWindows">,
  calibrateTime: Date,
  calibrationMs: number,
): { start: Date; end: Date } {
  const windowMs = plan.windowSeconds * 1000;
  const startMs = calibrateTime.getTime() + plan.warmupWindows * windowMs;
  return { start: new Date(startMs), end: new Date(startMs + Math.ceil(calibrationMs / windowMs) * windowMs) };
}

/** Freezes what an A/A period taught into the plan: block length, offsets, and what was wrong with the period. */
export function calibratePlan(plan: AnalysisPlan, answer: CalibrationAnswer): AnalysisPlan {
  const calibrated = clone(AnalysisPlanSchema, plan);
  calibrated.calibrated = true;
  calibrated.calibration = answer.calibration;
  // Never shorter than planned, whatever the answer says.
  calibrated.blockWindows = Math.max(plan.blockWindows, answer.blockWindows);
  const kept = plan.assuranceReasons.filter((reason) => reason !== fixedBlockReason(plan.blockWindows));
  // The profile is a choice that stays one, however well its blocks were calibrated.
  if (kept.length < plan.assuranceReasons.length) kept.push(`quick profile: windows of ${plan.windowSeconds} s`);
  calibrated.assuranceReasons = [...kept, ...answer.shortcomings].slice(0, mostReasons);
  return calibrated;
}

/** Says in sentences what an A/A period taught, for people. */
export function describeCalibration(plan: AnalysisPlan, maxDurationMs?: number): string {
  const { calibration } = plan;
  if (calibration === undefined) return "The A/A period is over.";
  const { pairWindows, autocorrelation, autocorrelationTimeWindows: tau } = calibration;
  const series = calibration.offsets.filter((offset) => offset.kpi === Kpi.ACTIVE_SERIES);
  const largest = series.reduce((most, { logRatio }) => Math.max(most, Math.abs(Math.expm1(logRatio))), 0);
  const sentences = [
    `The A/A period is over: in ${pairWindows} pair-windows both arms differed by ${(largest * 100).toFixed(2)} % of series at most on a host, which is subtracted.`,
    `Autocorrelation φ = ${autocorrelation.toFixed(2)}, so measurements remember ${tau.toFixed(1)} windows and a block has L = ${plan.blockWindows} windows.`,
  ];
  // Only what the longer blocks bring about; of the hosts there was a warning before.
  const circumstances = { hosts: fewestHosts, maxDurationMs, calibrationMs: 0 };
  for (const warning of planWarnings(plan, circumstances)) sentences.push(`Warning: ${warning}.`);
  return sentences.join(" ");
}
