import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type CalibrateExperimentRequest,
  type CalibrateExperimentResponse,
  CalibrateExperimentResponseSchema,
} from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { unpackPanel } from "../analysis/index.ts";
import { calibrate } from "../verdict/index.ts";
import { checkArms, refuseField } from "./check-arms.ts";
import type { AnalyticsApiDeps } from "./deps.ts";
import { kpiOf } from "./kpi-words.ts";
import { planInput } from "./plan-input.ts";
import { readPanel } from "./read-panel.ts";

/**
 * Learns from an A/A period how the arms of each host differ on their own, and
 * how long a block must be. Keeps nothing.
 * @throws PhoenixError INVALID_FIELD; what the benchmark answers.
 */
export async function calibrateExperiment(
  deps: AnalyticsApiDeps,
  request: CalibrateExperimentRequest,
  signal: AbortSignal,
): Promise<CalibrateExperimentResponse> {
  const { experimentId, plan, baselineVariant, candidateVariants, hostIds, startTime, endTime } = request;
  checkArms(request);
  if (plan === undefined || startTime === undefined || endTime === undefined) {
    throw refuseField("plan", "a calibration needs the plan, start_time and end_time; send all three");
  }
  const { windowMs, blockWindows } = planInput(plan);
  const [startMs, endMs] = [timestampMs(startTime), timestampMs(endTime)];
  if (endMs <= startMs) throw refuseField("end_time", "end_time is not after start_time; an A/A period has a length");
  const panel = await readPanel(deps.benchmark, { experimentId, fromMs: startMs }, signal);
  const found = calibrate({
    arms: unpackPanel(panel),
    startMs,
    endMs,
    windowMs,
    blockWindows,
    baselineVariant,
    candidateVariants,
    hostIds,
  });
  const { offsets, ...calibration } = found.calibration;
  deps.logger.info(
    { experimentId, pairWindows: calibration.pairWindows, blockWindows: found.blockWindows },
    "an A/A period was read",
  );
  return create(CalibrateExperimentResponseSchema, {
    calibration: { ...calibration, offsets: offsets.map((offset) => ({ ...offset, kpi: kpiOf[offset.kpi] })) },
    blockWindows: found.blockWindows,
    shortcomings: [...found.shortcomings],
  });
}
