import { create, fromJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type MeasureRealisedSavingRequest,
  type MeasureRealisedSavingResponse,
  MeasureRealisedSavingResponseSchema,
} from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import { AnalysisPlanSchema, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { unpackPanel } from "../analysis/index.ts";
import { type HostHistory, measureRealised } from "../realised/index.ts";
import type { MeasuredArm, MeasuredWindow } from "../verdict/index.ts";
import { candidateMeant } from "./candidate-meant.ts";
import { refuseField } from "./check-arms.ts";
import type { AnalyticsApiDeps } from "./deps.ts";
import { planInput } from "./plan-input.ts";
import { readPanel } from "./read-panel.ts";

/** Names under which hosts report after a promotion: those that run the candidate, and those kept back from it. */
const promotedVariant = "promoted";
const heldBackVariant = "held-back";

/** The windows of each arm by host and name. */
function windowsByArm(arms: readonly MeasuredArm[]): (hostId: string, variant: string) => readonly MeasuredWindow[] {
  const byArm = new Map(arms.map((arm) => [`${arm.hostId}\n${arm.variant}`, arm.windows]));
  return (hostId, variant) => byArm.get(`${hostId}\n${variant}`) ?? [];
}

/**
 * Length of the windows since the promotion: collectors scrape as in production
 * then, so it is the plan's only where that is no shorter. The plan's while there is none.
 */
function windowMsSince(histories: readonly HostHistory[], plannedMs: number): number {
  return histories.flatMap((host) => host.after)[0]?.lengthMs ?? plannedMs;
}

/**
 * Measures what a promotion really saves: promoted hosts against those held
 * back, each against its own baseline during the experiment, and both against
 * what the kept verdict promised. Keeps nothing.
 * @throws PhoenixError EXPERIMENT_NOT_FOUND before any analysis, INVALID_FIELD for arms or hosts that contradict themselves, ILLEGAL_TRANSITION without a verdict that can be measured against; what the benchmark answers.
 */
export async function measureRealisedSaving(
  deps: AnalyticsApiDeps,
  request: MeasureRealisedSavingRequest,
  signal: AbortSignal,
): Promise<MeasureRealisedSavingResponse> {
  const { experimentId, promotedHostIds, heldBackHostIds } = request;
  const { plan: fixed, summaries } = await deps.summaries.read(experimentId);
  const { plan: keptPlan, variant } = candidateMeant(request, fixed);
  if (request.startTime === undefined) {
    throw refuseField("start_time", "start_time is missing; send when the promotion was over");
  }
  const promoted = new Set(promotedHostIds);
  const both = heldBackHostIds.find((hostId) => promoted.has(hostId));
  if (both !== undefined) {
    throw refuseField(
      "held_back_host_ids",
      `host ${both} is named as promoted and as held back; it can be one of both`,
    );
  }
  const summary = summaries.find((one) => one.variant === variant);
  if (summary === undefined || summary.evidence === null) {
    throw phoenixError(
      ErrorReason.ILLEGAL_TRANSITION,
      `no verdict on ${variant} of ${experimentId} says which arm was its baseline, and from when on; measure again in a new experiment`,
    );
  }
  const { evidence } = summary;
  const plan = planInput(fromJson(AnalysisPlanSchema, keptPlan.plan, { ignoreUnknownFields: true }));
  const verdict = fromJson(VerdictSchema, summary.verdict, { ignoreUnknownFields: true });
  const startMs = timestampMs(request.startTime);
  const firstMs = evidence.firstWindowMs ?? startMs;
  const panel = await readPanel(deps.benchmark, { experimentId, fromMs: Math.min(firstMs, startMs) }, signal);
  const windowsOf = windowsByArm(unpackPanel(panel));
  const warmFromMs = firstMs + plan.warmupWindows * plan.windowMs;
  const historiesOf = (hostIds: readonly string[], variantSince: string): HostHistory[] =>
    [...new Set(hostIds)].sort().map((hostId) => ({
      hostId,
      // Its own baseline, the warm-up over and the promotion not.
      before: windowsOf(hostId, evidence.baselineVariant).filter(
        (window) => window.startMs >= warmFromMs && window.startMs < startMs,
      ),
      after: windowsOf(hostId, variantSince),
    }));
  const promised = verdict.primary?.reduction ?? null;
  const promotedHistories = historiesOf(promotedHostIds, promotedVariant);
  const heldBackHistories = historiesOf(heldBackHostIds, heldBackVariant);
  const saving = measureRealised({
    windowMs: windowMsSince([...heldBackHistories, ...promotedHistories], plan.windowMs),
    blockWindows: plan.blockWindows,
    alpha: plan.alpha,
    g: plan.g,
    startMs,
    promoted: promotedHistories,
    heldBack: heldBackHistories,
    promised,
  });
  return create(MeasureRealisedSavingResponseSchema, {
    realised: saving.realised,
    ...(promised === null ? {} : { promised }),
    blocks: saving.blocks,
    promotedHosts: saving.promotedHosts,
    heldBackHosts: saving.heldBackHosts,
    detail: saving.detail,
  });
}
