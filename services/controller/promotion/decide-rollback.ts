import type { ExperimentRecord } from "../experiments/index.ts";

/** What a rollback that was asked for comes to. */
export type RollbackDecision = { act: "take_back" | "keep" | "cancel"; message: string } | { refusal: string };

/** Decides what a rollback does: takes a promotion back, or stops arms that run without one. */
export function decideRollback(
  experiment: Pick<ExperimentRecord, "phase" | "outcome" | "rollout" | "holdUntil" | "promotedVariant">,
): RollbackDecision {
  const { phase, outcome, rollout, promotedVariant } = experiment;
  if (phase === "initializing" || phase === "running" || phase === "analyzing") {
    return {
      act: "cancel",
      message: "A rollback was asked for before there was a verdict: the arms are being stopped.",
    };
  }
  if (phase === "pending") return { refusal: "it was not started; cancel or delete it" };
  if (phase !== "completed") return { refusal: "it promoted nothing, and its arms are stopped" };
  if (outcome === "rolled_back") return { refusal: "it was rolled back already" };
  if (outcome === "promoted" || rollout !== null) {
    return { act: "take_back", message: `A rollback of ${promotedVariant} was asked for.` };
  }
  if (experiment.holdUntil !== null) {
    return { act: "keep", message: "A rollback was asked for before a promotion: the arms are being stopped." };
  }
  return { refusal: "it promoted nothing, and its arms are stopped" };
}
