import { durationMs } from "@bufbuild/protobuf/wkt";
import { type ExperimentSpec, ExportMode, Profile } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { compileExpression } from "@phoenix/platform/expression";
import { defaultCalibrationMs, type ProfileName } from "./plan.ts";

/** The arm that candidates are compared with. */
export const baselineVariant = "baseline";

/** Checks what can be checked of a specification without asking anyone. @throws PhoenixError INVALID_FIELD, INVALID_EXPRESSION. */
export function checkSpec(spec: ExperimentSpec): void {
  const variants = spec.arms.map((arm) => arm.variant);
  const twice = variants.find((variant, index) => variants.indexOf(variant) !== index);
  if (twice !== undefined) {
    throw invalid("spec.arms", `The arm ${twice} is there twice. Give every arm a variant of its own.`);
  }
  if (!variants.includes(baselineVariant)) {
    throw invalid("spec.arms", "No arm is the baseline. Name the arm that the others are compared with 'baseline'.");
  }
  if (variants.length < 2) {
    throw invalid("spec.arms", "There is nothing to compare with the baseline. Add an arm 'candidate'.");
  }
  for (const expression of spec.mustKeep) compileExpression(expression, "spec.must_keep");
}

/** The candidates of a specification, in its order. */
export function candidatesOf(spec: ExperimentSpec): string[] {
  return spec.arms.map((arm) => arm.variant).filter((variant) => variant !== baselineVariant);
}

/** The profile of a specification; quick where it says none. */
export function profileOf(spec: ExperimentSpec): ProfileName {
  return spec.profile === Profile.STANDARD ? "standard" : "quick";
}

/** The limit on measuring, in milliseconds; undefined where the profile's own holds. */
export function maxDurationMsOf(spec: ExperimentSpec): number | undefined {
  return spec.maxDuration === undefined ? undefined : durationMs(spec.maxDuration);
}

/** Length of the A/A period asked for, in milliseconds: the profile's where the specification says nothing, 0 for none. */
export function calibrationMsOf(spec: ExperimentSpec): number {
  return spec.calibrationDuration === undefined
    ? defaultCalibrationMs(profileOf(spec))
    : durationMs(spec.calibrationDuration);
}

/**
 * Whether an arm sends to the real backends on a host. A candidate never does in
 * shadow mode; a baseline does not where an active pipeline sends already.
 */
export function exportsForReal(mode: ExportMode, variant: string, hostHasActivePipeline: boolean): boolean {
  if (mode === ExportMode.BOTH) return true;
  return variant === baselineVariant && !hostHasActivePipeline;
}

function invalid(field: string, message: string) {
  return phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
}
