import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  type DynamicSetting,
  dynamicSettings,
  levelSettings,
  type PipelineDefinition,
  referredVariables,
} from "@phoenix/catalog";
import {
  type AdaptiveLevel,
  AdaptiveLevelSchema,
  type DynamicPolicy,
  DynamicPolicySchema,
} from "@phoenix/gen/phoenix/pipelines/v1/dynamic_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { parseDurationMs } from "@phoenix/validation";
import type { GivenValues } from "../variables/index.ts";

const bytesPerMib = 2n ** 20n;
/** Longest must-keep expression of a policy; the contract has the same limit. */
const longestExpression = 4096;

/** Settings of one group, read as what they are. */
type Reading = { number(key: string): number; text(key: string): string | undefined };

/**
 * Makes the policy by which agents move the filter of a pipeline: its settings with the checked values of
 * the variables. Undefined for a filter that stands still. Throws INVALID_VARIABLE for a value out of the
 * range of its setting, and for levels that do not rise.
 */
export function dynamicPolicy(
  definition: PipelineDefinition,
  values: Readonly<Record<string, string>>,
  given: GivenValues,
): DynamicPolicy | undefined {
  const { dynamic } = definition;
  if (dynamic === undefined) return undefined;
  const read = (settings: Readonly<Record<string, string>>, known: Readonly<Record<string, DynamicSetting>>): Reading =>
    readSettings(definition, settings, known, values);
  const own = read(dynamic.settings, dynamicSettings[dynamic.kind]);
  const mustKeep = alwaysKept(definition, given);
  if (dynamic.kind === "top_k") {
    const value = {
      processes: own.number("processes"),
      cpuWeight: own.number("cpu_weight"),
      rssWeight: own.number("rss_weight"),
      ioWeight: own.number("io_weight"),
      hysteresisRatio: own.number("hysteresis_ratio"),
      ...optionalDuration(own, "rank_interval", "rankInterval"),
    };
    return create(DynamicPolicySchema, { policy: { case: "topK", value }, mustKeep });
  }
  const levels = dynamic.levels.map((settings) => toLevel(read(settings, levelSettings)));
  refuseFallingLevels(definition, levels);
  const value = {
    levels,
    dwell: durationFromMs(own.number("dwell")),
    ...optionalDuration(own, "observe_interval", "observeInterval"),
  };
  return create(DynamicPolicySchema, { policy: { case: "adaptive", value }, mustKeep });
}

function toLevel(read: Reading): AdaptiveLevel {
  return create(AdaptiveLevelSchema, {
    name: read.text("name") ?? "",
    enterLoad: read.number("enter_load"),
    leaveLoad: read.number("leave_load"),
    cpuFloor: read.number("cpu_floor"),
    rssFloorBytes: BigInt(read.number("rss_floor_mib")) * bytesPerMib,
    intervalFactor: read.number("interval_factor"),
    minimumAge: durationFromMs(read.number("minimum_age")),
  });
}

function optionalDuration(read: Reading, key: string, field: string): Record<string, unknown> {
  return read.text(key) === undefined ? {} : { [field]: durationFromMs(read.number(key)) };
}

function readSettings(
  definition: PipelineDefinition,
  settings: Readonly<Record<string, string>>,
  known: Readonly<Record<string, DynamicSetting>>,
  values: Readonly<Record<string, string>>,
): Reading {
  const text = (key: string): string | undefined => {
    const written = settings[key];
    const variable = written === undefined ? undefined : referredVariables(written)[0];
    return variable === undefined ? written : values[variable];
  };
  return {
    text,
    number(key) {
      const setting = known[key];
      const found = text(key) ?? "";
      const value = setting?.type === "duration" ? (parseDurationMs(found) ?? Number.NaN) : Number(found);
      const { minimum = -Infinity, maximum = Infinity } = setting ?? {};
      if (value >= minimum && value <= maximum) return value;
      const unit = setting?.type === "duration" ? " ms" : "";
      const variable = referredVariables(settings[key] ?? "")[0] ?? "";
      throw phoenixError(
        ErrorReason.INVALID_VARIABLE,
        `The moving filter of ${definition.name} takes ${key} from ${minimum} to ${maximum}${unit}, not "${found}".${variable === "" ? "" : ` Give ${variable} a value in this range.`}`,
        { metadata: { variable } },
      );
    },
  };
}

/** The pipeline's own expression and the caller's, each for itself. */
function alwaysKept({ name, dynamic, variables }: PipelineDefinition, given: GivenValues): string[] {
  const referred = referredVariables(dynamic?.settings.always ?? "")[0];
  const variable = variables.find((candidate) => candidate.name === referred);
  if (variable === undefined) return [];
  const own = given.variables[variable.name] ?? variable.defaultValue;
  if (own.length > longestExpression) {
    const message = `Variable ${variable.name} of pipeline ${name} is longer than ${longestExpression} characters, too long for a moving filter. Shorten it.`;
    throw phoenixError(ErrorReason.INVALID_VARIABLE, message, { metadata: { variable: variable.name } });
  }
  const expressions = variable.includesMustKeep ? [own, ...given.mustKeep] : [own];
  return [...new Set(expressions.filter((expression) => expression !== ""))];
}

function refuseFallingLevels({ name, dynamic }: PipelineDefinition, levels: readonly AdaptiveLevel[]): void {
  for (const [index, level] of levels.entries()) {
    const below = levels[index - 1];
    const complaint = findFall(level, below);
    if (complaint === undefined) continue;
    const variable = referredVariables(dynamic?.levels[index]?.enter_load ?? "")[0] ?? "";
    const message = `Pipeline ${name}: ${complaint}. Levels go from the quietest to the busiest, and each is left under the load it is entered at.`;
    throw phoenixError(ErrorReason.INVALID_VARIABLE, message, { metadata: { variable } });
  }
}

function findFall(level: AdaptiveLevel, below: AdaptiveLevel | undefined): string | undefined {
  if (below === undefined)
    return level.enterLoad === 0 ? undefined : `the first level, ${level.name}, has to be entered at load 0`;
  if (level.enterLoad <= below.enterLoad)
    return `level ${level.name} is entered at ${level.enterLoad}, and ${below.name} below it at ${below.enterLoad}`;
  if (level.leaveLoad > level.enterLoad)
    return `level ${level.name} is left under ${level.leaveLoad}, and entered at ${level.enterLoad} only`;
  return undefined;
}
