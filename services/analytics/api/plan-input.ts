import { type AnalysisPlan, type Calibration, Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { Calibration as CalibrationInput, Plan } from "../verdict/index.ts";
import { kpiNameOf } from "./kpi-words.ts";

function calibrationInput(calibration: Calibration): CalibrationInput {
  return {
    pairWindows: calibration.pairWindows,
    autocorrelation: calibration.autocorrelation,
    autocorrelationTimeWindows: calibration.autocorrelationTimeWindows,
    offsets: calibration.offsets.flatMap(({ hostId, variant, kpi, logRatio }) => {
      const name = kpiNameOf(kpi);
      return name === null ? [] : [{ hostId, variant, kpi: name, logRatio }];
    }),
  };
}

/**
 * A plan of the contract in the engine's words.
 * @throws PhoenixError INVALID_FIELD when its numbers contradict each other.
 */
export function planInput(plan: AnalysisPlan): Plan {
  if (plan.minimumBlocks > plan.maximumBlocks) {
    throw phoenixError(
      ErrorReason.INVALID_FIELD,
      `plan.minimum_blocks is ${plan.minimumBlocks} and plan.maximum_blocks ${plan.maximumBlocks}: nothing could ever be promoted; raise the maximum`,
      { metadata: { field: "plan.minimum_blocks" } },
    );
  }
  return {
    windowMs: plan.windowSeconds * 1000,
    blockWindows: plan.blockWindows,
    warmupWindows: plan.warmupWindows,
    minimumBlocks: plan.minimumBlocks,
    maximumBlocks: plan.maximumBlocks,
    alpha: plan.alpha,
    g: plan.g,
    minimumReductionRatio: plan.minimumReductionRatio,
    overheadMarginRatio: plan.overheadMarginRatio,
    retentionGapWindows: plan.retentionGapWindows,
    allowedCpuRatio: plan.allowedCollectorCpuRatio,
    allowedRssBytes: Number(plan.allowedCollectorRssBytes),
    maximumCpuRatio: plan.maximumCollectorCpuRatio,
    maximumRssBytes: Number(plan.maximumCollectorRssBytes),
    scopeAccepted: plan.scopeAccepted,
    estimator: plan.estimator === Estimator.FLEET_TOTAL ? "fleet-total" : "typical-host",
    calibrated: plan.calibrated,
    calibration: plan.calibration && calibrationInput(plan.calibration),
    assuranceReasons: plan.assuranceReasons,
  };
}
