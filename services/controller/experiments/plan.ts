import { create } from "@bufbuild/protobuf";
import { type AnalysisPlan, AnalysisPlanSchema, Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";

/** How long and how hard an experiment looks. */
export type ProfileName = "quick" | "standard";

/** What a plan is made of. */
export interface PlanInput {
  /** The profile. */
  profile: ProfileName;
  /** A verdict about fewer than three hosts is accepted as one about these only. */
  scopeAccepted: boolean;
  /** Smallest reduction worth a promotion, as a ratio; default 0.2. */
  minimumReductionRatio?: number | undefined;
  /** Largest growth of collector CPU and memory, as a ratio; default 0.1. */
  overheadMarginRatio?: number | undefined;
  /** How many times as often as in production the arms scrape, from 1; default 1. */
  haste?: number | undefined;
  /** How hosts are put together for the decision; typical host where it is unspecified. */
  estimator?: Estimator | undefined;
}

/** What an experiment brings along that can keep its plan from a promotion. */
export interface PlanCircumstances {
  /** Hosts that take part. */
  hosts: number;
  /** Limit the user set, in milliseconds; without it the profile's own. */
  maxDurationMs?: number | undefined;
  /** Length of the A/A period, in milliseconds; 0 for none. */
  calibrationMs: number;
}

/**
 * CPU that a collector may use in production whatever the ratio, as a share of a core. The work of
 * a scrape is the same however often it is done, so an experiment that scrapes more often allows as many times as
 * much: without that, the smallest real pipeline would look like overhead in the quick profile.
 */
const allowedCpuRatio = 0.02;
/** An allowance never grows beyond this share of a core. */
const mostAllowedCpuRatio = 0.1;

/** Fewest hosts for a verdict about hosts like these. */
export const fewestHosts = 3;

const mebibyte = 1024 * 1024;

/** Pair-windows of a host below which an A/A period says next to nothing of it. */
const fewestCalibrationWindows = 8;

const profiles = {
  quick: { windowSeconds: 5, warmupWindows: 4, blockWindows: 2, minimumBlocks: 8, maximumBlocks: 48 },
  standard: { windowSeconds: 60, warmupWindows: 20, blockWindows: 15, minimumBlocks: 8, maximumBlocks: 96 },
} as const satisfies Record<ProfileName, object>;

/**
 * Fixes what is asked of the evidence, before any of it is seen.
 *
 * The prior weight g = 1.3 makes the interval of Lindon et al. (arXiv 2210.08589)
 * narrowest at about twelve blocks. Caps and allowances are per collector.
 */
export function makePlan(input: PlanInput): AnalysisPlan {
  const profile = profiles[input.profile];
  return create(AnalysisPlanSchema, {
    ...profile,
    alpha: 0.05,
    g: 1.3,
    minimumReductionRatio: input.minimumReductionRatio ?? 0.2,
    overheadMarginRatio: input.overheadMarginRatio ?? 0.1,
    retentionGapWindows: 2,
    allowedCollectorCpuRatio: Math.min(allowedCpuRatio * Math.max(1, input.haste ?? 1), mostAllowedCpuRatio),
    allowedCollectorRssBytes: BigInt(100 * mebibyte),
    maximumCollectorCpuRatio: 0.5,
    maximumCollectorRssBytes: BigInt(512 * mebibyte),
    scopeAccepted: input.scopeAccepted,
    estimator: input.estimator || Estimator.TYPICAL_HOST,
    calibrated: false,
    assuranceReasons: assuranceReasons(input.profile),
  });
}

/** Length of the A/A period of a profile, in milliseconds: two hours where it is to give standard assurance. */
export function defaultCalibrationMs(profile: ProfileName): number {
  return profile === "standard" ? 2 * 3_600_000 : 0;
}

/** Longest time the plan measures, warm-up included, in milliseconds; the user's limit counts when it is shorter. */
export function measuringMs(plan: AnalysisPlan, maxDurationMs?: number): number {
  const wholeMs = (plan.warmupWindows + plan.maximumBlocks * plan.blockWindows) * plan.windowSeconds * 1000;
  return Math.min(wholeMs, maxDurationMs ?? wholeMs);
}

/** Says, before anything runs, what keeps this plan from ever ending in PROMOTE; empty when nothing does. */
export function planWarnings(plan: AnalysisPlan, input: PlanCircumstances): string[] {
  const warnings: string[] = [];
  if (input.hosts < fewestHosts && !plan.scopeAccepted) {
    warnings.push(
      `with ${countedHosts(input.hosts)} the verdict can never be PROMOTE unless a verdict about these hosts only is accepted (scope_accepted); ${fewestHosts} hosts speak for hosts like them`,
    );
  }
  const windowMs = plan.windowSeconds * 1000;
  if (input.calibrationMs > 0 && input.calibrationMs < fewestCalibrationWindows * windowMs) {
    warnings.push(
      `an A/A period of ${seconds(input.calibrationMs)} has fewer than ${fewestCalibrationWindows} windows and teaches next to nothing; ${seconds(fewestCalibrationWindows * windowMs)} are the least worth having`,
    );
  }
  const shortestMs = (plan.warmupWindows + plan.minimumBlocks * plan.blockWindows) * plan.windowSeconds * 1000;
  if (input.maxDurationMs !== undefined && input.maxDurationMs < shortestMs) {
    warnings.push(
      `measuring stops after ${seconds(input.maxDurationMs)}, but a promotion needs ${plan.minimumBlocks} blocks and with them ${seconds(shortestMs)}`,
    );
  }
  return warnings;
}

/** Why the quick profile alone reduces assurance: without an A/A period nothing says that its blocks are long enough. */
export function fixedBlockReason(blockWindows: number): string {
  return `quick profile: blocks have a fixed length of ${blockWindows} windows`;
}

/** Only what the evidence cannot tell; hosts, time of day and calibration are for the analysis to name. */
function assuranceReasons(profile: ProfileName): string[] {
  return profile === "quick" ? [fixedBlockReason(profiles.quick.blockWindows)] : [];
}

function countedHosts(count: number): string {
  return count === 1 ? "1 host" : `${count} hosts`;
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
