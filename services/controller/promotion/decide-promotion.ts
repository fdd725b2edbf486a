import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ErrorReason } from "@phoenix/platform/errors";
import { candidatesOf, decisionName, type ExperimentHostRecord, type ExperimentRecord } from "../experiments/index.ts";

/** What may be done about a promotion that was asked for. */
export type PromotionDecision =
  /** `hosts` are the ids of those still to be given the candidate; null for all. */
  { variant: string; hosts: readonly string[] | null } | { reason: ErrorReason; message: string };

type AskedHost = Pick<ExperimentHostRecord, "hostId" | "rolloutState" | "heldBack">;

/** Decides whether a candidate may be promoted. Force overrides a verdict, never the lack of one. */
export function decidePromotion(
  experiment: ExperimentRecord,
  hosts: readonly AskedHost[],
  asked: { variant: string; force: boolean },
): PromotionDecision {
  const { experimentId, phase } = experiment;
  if (phase !== "completed") {
    const advice =
      phase === "pending"
        ? "Start it first"
        : phase === "failed" || phase === "cancelled"
          ? "Create a new experiment to have one made"
          : "Wait for its end, or stop it to have a verdict made of what was measured";
    return illegal(`The experiment ${experimentId} is ${phase.toUpperCase()} and has no verdict. ${advice}.`);
  }
  const candidate = chooseCandidate(experiment, asked.variant);
  if ("reason" in candidate) return candidate;
  const { variant } = candidate;
  if (experiment.outcome === "rolled_back" || experiment.rollout === "rolling_back") {
    return illegal("It was rolled back. Measure again in a new experiment before promoting it.");
  }
  if (experiment.rollout === "promoting") return decideRepetition(experiment, hosts, variant);
  if (experiment.outcome === "promoted") return illegal(`${experiment.promotedVariant} is promoted already.`);
  const verdict = experiment.verdicts.find((made) => made.variant === variant);
  if (verdict?.decision === Decision.PROMOTE || asked.force) return { variant, hosts: null };
  const decision = decisionName(verdict?.decision ?? Decision.UNSPECIFIED);
  return {
    reason: ErrorReason.VERDICT_FORBIDS_PROMOTION,
    message: `The verdict on ${variant} is ${decision}, not PROMOTE: ${verdict?.reason ?? "there is none."} To promote it all the same, repeat with --force --reason "<why>"; both are recorded.`,
  };
}

function chooseCandidate(
  experiment: ExperimentRecord,
  asked: string,
): { variant: string } | { reason: ErrorReason; message: string } {
  const candidates = candidatesOf(experiment.spec);
  if (asked === "" && candidates.length === 1) return { variant: candidates[0]! };
  if (candidates.includes(asked)) return { variant: asked };
  const message =
    asked === ""
      ? `There are several candidates. Say which: ${candidates.join(", ")}.`
      : `No candidate is called ${JSON.stringify(asked)}. Candidates: ${candidates.join(", ")}.`;
  return { reason: ErrorReason.INVALID_FIELD, message };
}

/** A promotion that some hosts refused can be repeated there once all have answered. */
function decideRepetition(
  experiment: ExperimentRecord,
  hosts: readonly AskedHost[],
  variant: string,
): PromotionDecision {
  if (variant !== experiment.promotedVariant) {
    return illegal(`${experiment.promotedVariant} is being promoted. Roll that back first.`);
  }
  // Hosts that are held back are not part of it yet.
  const asked = experiment.holdBackUntil === null ? hosts : hosts.filter((host) => !host.heldBack);
  const open = asked.some(
    ({ rolloutState }) => rolloutState !== null && rolloutState !== "done" && rolloutState !== "failed",
  );
  if (open) return illegal("The promotion is under way; its events say how far it is.");
  return { variant, hosts: asked.filter((host) => host.rolloutState === "failed").map((host) => host.hostId) };
}

function illegal(message: string) {
  return { reason: ErrorReason.ILLEGAL_TRANSITION, message };
}
