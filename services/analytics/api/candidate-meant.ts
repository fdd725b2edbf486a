import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type { FixedPlan } from "../summaries/index.ts";
import { refuseField } from "./check-arms.ts";

/**
 * The candidate that a call about a judged experiment means; an empty name is
 * the only one. Gives the plan that holds with it.
 * @throws PhoenixError EXPERIMENT_NOT_FOUND without a plan, INVALID_FIELD for a variant that is no candidate.
 */
export function candidateMeant(
  { experimentId, variant }: { readonly experimentId: string; readonly variant: string },
  plan: FixedPlan | null,
): { plan: FixedPlan; variant: string } {
  if (plan === null) {
    throw phoenixError(
      ErrorReason.EXPERIMENT_NOT_FOUND,
      `nothing was ever judged under the id ${experimentId}; check the id, or wait for the verdict`,
      { metadata: { experiment_id: experimentId } },
    );
  }
  const names = plan.candidateVariants;
  const [only] = names;
  if (variant === "" && names.length === 1 && only !== undefined) return { plan, variant: only };
  if (names.includes(variant)) return { plan, variant };
  throw refuseField(
    "variant",
    variant === ""
      ? `${experimentId} has several candidates; name one of ${names.join(", ")}`
      : `${experimentId} has no candidate ${variant}; it has ${names.join(", ")}`,
  );
}
