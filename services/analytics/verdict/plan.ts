import type { Calibration } from "./calibration.ts";

/** What is asked of the evidence; fixed before the first window is judged. */
export interface Plan {
  readonly windowMs: number;
  /** Windows in a block (L). */
  readonly blockWindows: number;
  readonly warmupWindows: number;
  /** Fewest blocks for a promotion (Bmin). */
  readonly minimumBlocks: number;
  /** Blocks after which the answer is inconclusive (Bmax). */
  readonly maximumBlocks: number;
  /** One-sided error rate of promoting one of the candidates. */
  readonly alpha: number;
  /** Prior weight of the anytime-valid interval, in blocks. */
  readonly g: number;
  /** Smallest reduction of active series worth a promotion (Rmin). */
  readonly minimumReductionRatio: number;
  /** Largest growth of an overhead guardrail (m). */
  readonly overheadMarginRatio: number;
  /** Windows in a row that a must-keep process may be missing (g of rule 1). */
  readonly retentionGapWindows: number;
  /** Under this share of a core a collector's CPU is no harm. */
  readonly allowedCpuRatio: number;
  /** Under this many bytes a collector's memory is no harm. */
  readonly allowedRssBytes: number;
  /** Over this share of a core for three blocks a collector is rejected. */
  readonly maximumCpuRatio: number;
  /** Over this many bytes for three blocks a collector is rejected. */
  readonly maximumRssBytes: number;
  /** The user accepted a verdict about these hosts only. */
  readonly scopeAccepted: boolean;
  readonly estimator: "typical-host" | "fleet-total";
  /** The experiment had an A/A period. */
  readonly calibrated: boolean;
  /** What the A/A period gave; each host's offsets are subtracted from what is measured. Absent where there was none. */
  readonly calibration?: Calibration | undefined;
  /** Why assurance is reduced whatever the data say: what the data themselves cannot tell. */
  readonly assuranceReasons: readonly string[];
}

/** Blocks in a row that make a fault a finding: "more than two" of rule 0, "three" of rule 1. */
export const findingStreakBlocks = 3;

/** Share of a block's pair-windows that may be missing (rule 0). */
export const pairLossLimitRatio = 0.1;

/** Hosts from which on a verdict speaks of hosts like these, not of these hosts only. */
export const generalHosts = 3;

/** Shortest A/A period to lean on, and shortest measurement that sees more than one time of day, in milliseconds. */
export const longPeriodMs = 2 * 60 * 60 * 1000;
