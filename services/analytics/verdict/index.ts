/**
 * The verdict: pure statistics, no clock, no I/O. Windows → pairs → blocks →
 * log ratios → estimates with anytime-valid intervals → one decision.
 * Promises: an error, NaN or an infinite interval is never a pass; the same
 * input gives the same verdict in any order. The intervals combine the variance
 * between blocks and between hosts conservatively: a tested rule, not a theorem.
 * Keeping verdicts, and that they stick, is the summaries room's.
 */
export {
  analyzeCandidate,
  type CandidateInput,
  type CandidateVerdict,
  type JudgedEffect,
} from "./analyze-candidate.ts";
export { analyzePanel, type PanelAnalysis } from "./analyze-panel.ts";
export { anytimeInterval, type Interval } from "./anytime-t.ts";
export { correlationTime, lagOneAutocorrelation } from "./autocorrelation.ts";
export { type CalibrationFindings, type CalibrationInput, calibrate } from "./calibrate.ts";
export type { Calibration, HostOffset } from "./calibration.ts";
export type { Decision } from "./decide.ts";
export { reductionOf } from "./effect.ts";
export type { KpiName } from "./kpi.ts";
export { logRatio, standardErrorFloor } from "./log-ratio.ts";
export { isWholeWindow } from "./pairs.ts";
export type { MeasuredArm, MeasuredWindow, Sighting } from "./panel.ts";
export { type PanelInput, panelInput } from "./panel-input.ts";
export { generalHosts, type Plan, pairLossLimitRatio } from "./plan.ts";
export { sampleOf } from "./sample.ts";
export { counted, reductionPhrase } from "./wording.ts";
