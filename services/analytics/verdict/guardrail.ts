import { type Effect, reductionOf } from "./effect.ts";
import { kpis } from "./kpi.ts";
import type { Plan } from "./plan.ts";
import { percent, reductionPhrase } from "./wording.ts";

/** What the evidence says of one overhead guardrail. */
export interface Guardrail {
  readonly effect: Effect;
  /** Surely within the margin, or surely under the absolute allowance. */
  readonly holds: boolean;
  /** Surely over the margin, and not surely small in absolute terms. */
  readonly broken: boolean;
  /** What was measured against what is allowed, for people. */
  readonly words: string;
}

/**
 * Judges an overhead guardrail. It holds when the interval of the growth lies
 * under ln(1 + m), or when the candidate's own interval lies under its absolute
 * allowance: the ratio of two tiny numbers is not harm. It is broken only when
 * both are surely exceeded.
 */
export function judgeGuardrail(effect: Effect, plan: Plan): Guardrail {
  const margin = Math.log1p(plan.overheadMarginRatio);
  const allowance = effect.kpi === "collector-cpu" ? plan.allowedCpuRatio : plan.allowedRssBytes;
  const { logRatio, candidateLevel } = effect;
  const noun = kpis[effect.kpi].title;
  return {
    effect,
    holds: logRatio.high <= margin || candidateLevel.high <= allowance,
    broken: logRatio.low > margin && candidateLevel.low > allowance,
    words: `the candidate's collector needs ${reductionPhrase(reductionOf(logRatio), noun, "less")}; at most ${percent(plan.overheadMarginRatio)} more is allowed`,
  };
}
