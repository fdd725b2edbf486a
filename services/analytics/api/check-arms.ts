import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";

/** The refusal of a field: INVALID_FIELD with its name. */
export function refuseField(field: string, message: string): PhoenixError {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
}

/** Refuses arms that name a candidate twice, or the baseline among them. */
export function checkArms(arms: {
  readonly baselineVariant: string;
  readonly candidateVariants: readonly string[];
}): void {
  const { baselineVariant, candidateVariants } = arms;
  if (new Set([baselineVariant, ...candidateVariants]).size !== candidateVariants.length + 1) {
    throw refuseField(
      "candidate_variants",
      "candidate_variants names an arm twice, or the baseline; name each candidate once",
    );
  }
}
