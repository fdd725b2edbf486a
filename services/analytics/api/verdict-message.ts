import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { AssuranceLevel, Decision, type Verdict, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import {
  type CandidateVerdict,
  type Decision as DecisionName,
  type JudgedEffect,
  reductionOf,
} from "../verdict/index.ts";
import { kpiOf } from "./kpi-words.ts";

const decisions: Readonly<Record<DecisionName, Decision>> = {
  continue: Decision.CONTINUE,
  promote: Decision.PROMOTE,
  reject: Decision.REJECT,
  inconclusive: Decision.INCONCLUSIVE,
  unhealthy: Decision.UNHEALTHY,
};

function effectMessage(effect: JudgedEffect) {
  return {
    kpi: kpiOf[effect.kpi],
    logRatio: effect.logRatio,
    reduction: reductionOf(effect.logRatio),
    baselineMean: effect.baselineMean,
    candidateMean: effect.candidateMean,
    blocks: effect.estimate.blocks,
    guardrailHolds: effect.guardrailHolds,
    standardError: effect.estimate.standardError,
    blockLogRatios: [...effect.blockLogRatios],
  };
}

/** Where a verdict belongs. */
export interface VerdictPlace {
  readonly experimentId: string;
  readonly variant: string;
  readonly analyzedAtMs: number;
}

/** A verdict as it travels. */
export function verdictMessage(verdict: CandidateVerdict, place: VerdictPlace): Verdict {
  const { retention, assurance } = verdict;
  return create(VerdictSchema, {
    experimentId: place.experimentId,
    variant: place.variant,
    analyzeTime: timestampFromMs(place.analyzedAtMs),
    decision: decisions[verdict.decision],
    reason: verdict.reason,
    primary: effectMessage(verdict.primary),
    effects: verdict.effects.map(effectMessage),
    retention: {
      ratio: retention.ratio,
      baselineRatio: retention.baselineRatio,
      windowsChecked: retention.windowsChecked,
      processNames: [...retention.processNames],
      misses: retention.misses.map(({ hostId, processName, expression, ...miss }) => ({
        hostId,
        processName,
        expression,
        firstWindowStart: timestampFromMs(miss.firstWindowMs),
        longestGapWindows: miss.longestGapWindows,
        missedWindows: miss.missedWindows,
      })),
      unmatchedExpressions: [...retention.unmatchedExpressions],
    },
    checks: verdict.checks.map((check) => ({ ...check })),
    assurance: {
      level: assurance.level === "standard" ? AssuranceLevel.STANDARD : AssuranceLevel.REDUCED,
      reasons: [...assurance.reasons],
    },
    crossChecks: verdict.crossChecks.map((check) => ({ ...check })),
    blocks: verdict.blocks,
    pairWindows: verdict.pairWindows,
    lostWindows: verdict.lostWindows,
    hosts: verdict.hosts,
    scope: verdict.scope,
    steps: verdict.steps.map((reduction, index) => ({ blocks: index + 1, reduction })),
  });
}
