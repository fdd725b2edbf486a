import { fromJson, toJson } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { AnalyzeExperimentRequest } from "@phoenix/gen/phoenix/analytics/v1/analytics_service_pb.ts";
import {
  type AnalysisPlan,
  AnalysisPlanSchema,
  type Verdict,
  VerdictSchema,
} from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { checkArms, refuseField } from "./check-arms.ts";
import type { AnalyticsApiDeps } from "./deps.ts";
import { planInput } from "./plan-input.ts";
import { readPanel } from "./read-panel.ts";
import { verdictMessage } from "./verdict-message.ts";

/** Fixes the plan with the first call; later calls are held to it, whatever they bring. */
async function planInForce(deps: AnalyticsApiDeps, request: AnalyzeExperimentRequest): Promise<AnalysisPlan> {
  const { plan, experimentId, candidateVariants } = request;
  if (plan === undefined) throw refuseField("plan", "the analysis lacks its plan; send the experiment's");
  planInput(plan);
  const brought = toJson(AnalysisPlanSchema, plan);
  const fixed = await deps.summaries.fixPlan(experimentId, { plan: brought, candidateVariants });
  if ([...fixed.candidateVariants].sort().join("\n") !== [...candidateVariants].sort().join("\n")) {
    throw refuseField(
      "candidate_variants",
      `the first analysis of ${experimentId} judged ${fixed.candidateVariants.join(", ")}, and the error rate is shared among them; judge the same arms`,
    );
  }
  return fromJson(AnalysisPlanSchema, fixed.plan, { ignoreUnknownFields: true });
}

/** The newest verdicts of an experiment as they travel, by candidate. */
export async function readVerdicts(deps: AnalyticsApiDeps, experimentId: string) {
  const { summaries, over } = await deps.summaries.read(experimentId);
  const verdicts = summaries.map(({ verdict }) => fromJson(VerdictSchema, verdict, { ignoreUnknownFields: true }));
  return { summaries, verdicts, over };
}

/** What was measured up to this long ago has been delivered, unless it is lost. */
const deliveryMs = 10_000;

/**
 * Judges every candidate that has no final verdict yet, keeps the results, and
 * gives the newest verdict on each.
 * @throws PhoenixError INVALID_FIELD; what the benchmark answers: an analysis that fails makes no verdict.
 */
export async function analyzeExperiment(
  deps: AnalyticsApiDeps,
  request: AnalyzeExperimentRequest,
  signal: AbortSignal,
): Promise<{ verdicts: Verdict[] }> {
  const { experimentId, baselineVariant, candidateVariants } = request;
  checkArms(request);
  const plan = planInput(await planInForce(deps, request));
  const before = await readVerdicts(deps, experimentId);
  if (before.over) return { verdicts: before.verdicts };

  const finals = new Set(before.summaries.filter((summary) => summary.final).map(({ variant }) => variant));
  const open = candidateVariants.filter((variant) => !finals.has(variant));
  const measureFromMs = request.measureTime === undefined ? undefined : timestampMs(request.measureTime);
  const panel = await readPanel(deps.benchmark, { experimentId, fromMs: measureFromMs }, signal);
  const analyzedAtMs = deps.clock();
  const task = {
    plan,
    baselineVariant,
    open,
    candidates: candidateVariants.length,
    hostIds: request.hostIds,
    mustKeep: request.mustKeep,
    configDigests: request.configDigests,
    final: request.final,
    measureFromMs,
    endedMs: request.final ? analyzedAtMs - deliveryMs : undefined,
  };
  const judged = await deps.analyst.judge(task, panel, signal);
  await deps.summaries.save(
    experimentId,
    judged.map(({ variant, verdict, evidence }) => ({
      variant,
      decision: verdict.decision,
      reason: verdict.reason,
      blocks: verdict.blocks,
      verdict: toJson(VerdictSchema, verdictMessage(verdict, { experimentId, variant, analyzedAtMs })),
      evidence,
      analyzedAtMs,
    })),
  );
  for (const { variant, verdict } of judged) {
    const { decision, reason, blocks } = verdict;
    deps.onVerdict(decision);
    deps.logger.info({ experimentId, variant, decision, blocks, reason }, "a candidate was judged");
  }
  // Read again: where another replica made a final verdict meanwhile, its verdict stands.
  return { verdicts: (await readVerdicts(deps, experimentId)).verdicts };
}
