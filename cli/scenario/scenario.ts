import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Estimator } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import type { ExperimentSpec } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { ExperimentSpecSchema, ExportMode, Profile } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import { parseDurationMs, parseRatio } from "./values.ts";

/** A pipeline as a person names it: its name, or its name with version and variables. */
export type PipelineChoice = string | { pipeline: string; version?: number; variables?: Record<string, string> };

/** The load of an experiment: a profile by its name or as it is, or one of them with how much of it. */
export type LoadChoice = string | { profile: string | LoadProfile; processes?: number; seed?: number };

/** How hosts are put together, as a person says it. */
export type EstimatorName = keyof typeof estimators;

const estimators = { "typical-host": Estimator.TYPICAL_HOST, "fleet-total": Estimator.FLEET_TOTAL };

/** The words for {@link EstimatorName}. */
export const estimatorNames = Object.keys(estimators) as EstimatorName[];

/** An experiment as a person writes it down: in a file, or with flags. */
export type Scenario = {
  name?: string;
  hosts?: string[];
  selector?: Record<string, string>;
  baseline: PipelineChoice;
  candidates: PipelineChoice[];
  profile?: "quick" | "standard";
  duration?: string;
  calibration?: string;
  estimator?: EstimatorName;
  mustKeep?: string[];
  minimumReduction?: string | number;
  overheadMargin?: string | number;
  export?: "shadow" | "both";
  load?: LoadChoice;
  acceptScope?: boolean;
};

/** The request a scenario stands for. Throws a plain Error that says what is wrong with a value. */
export function specOfScenario(scenario: Scenario): ExperimentSpec {
  return create(ExperimentSpecSchema, {
    hosts: { hosts: scenario.hosts ?? [], labels: scenario.selector ?? {} },
    arms: [
      { variant: "baseline", pipeline: referenceOf(scenario.baseline) },
      ...scenario.candidates.map((candidate, index) => ({
        variant: index === 0 ? "candidate" : `candidate-${index + 1}`,
        pipeline: referenceOf(candidate),
      })),
    ],
    profile: scenario.profile === "standard" ? Profile.STANDARD : Profile.QUICK,
    ...(scenario.duration === undefined ? {} : { maxDuration: durationFromMs(parseDurationMs(scenario.duration)) }),
    ...(scenario.calibration === undefined
      ? {}
      : { calibrationDuration: durationFromMs(parseDurationMs(scenario.calibration)) }),
    ...(scenario.estimator === undefined ? {} : { estimator: estimators[scenario.estimator] }),
    mustKeep: scenario.mustKeep ?? [],
    ...(scenario.minimumReduction === undefined
      ? {}
      : { minimumReductionRatio: parseRatio(scenario.minimumReduction) }),
    ...(scenario.overheadMargin === undefined ? {} : { overheadMarginRatio: parseRatio(scenario.overheadMargin) }),
    exportMode: scenario.export === "both" ? ExportMode.BOTH : ExportMode.SHADOW,
    ...(scenario.load === undefined ? {} : { load: loadOf(scenario.load) }),
    scopeAccepted: scenario.acceptScope ?? false,
  });
}

/** A name for a scenario that has none: "candidate against baseline". */
export function nameOfScenario(scenario: Scenario): string {
  if (scenario.name !== undefined) return scenario.name;
  return `${scenario.candidates.map(pipelineName).join(", ")} against ${pipelineName(scenario.baseline)}`.slice(0, 128);
}

function loadOf(choice: LoadChoice) {
  const { profile, processes = 0, seed = 1 } = typeof choice === "string" ? { profile: choice } : choice;
  return {
    ...(typeof profile === "string" ? { profile } : { custom: profile }),
    processes,
    seed: BigInt(seed),
  };
}

function pipelineName(choice: PipelineChoice): string {
  return typeof choice === "string" ? choice : choice.pipeline;
}

function referenceOf(choice: PipelineChoice): { name: string; version: number; variables: Record<string, string> } {
  return typeof choice === "string"
    ? { name: choice, version: 0, variables: {} }
    : { name: choice.pipeline, version: choice.version ?? 0, variables: choice.variables ?? {} };
}
