import { create } from "@bufbuild/protobuf";
import type { PipelineDefinition } from "@phoenix/catalog";
import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import {
  type ForecastPipelineRequest,
  type ForecastPipelineResponse,
  ForecastPipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { checkPipelineFile, hasError } from "@phoenix/validation";
import { forecastPipeline, type Population, populationOfLoad } from "../forecast/index.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { loadProfiles } from "./load-profiles-call.ts";
import { definitionOf } from "./messages.ts";
import { refusalOf } from "./refuse-invalid.ts";

/** Logical processors of a host that nobody named. */
const defaultCpuCount = 2;

/**
 * Foretells what a pipeline would send. Throws PIPELINE_NOT_FOUND, LOAD_PROFILE_NOT_FOUND, INVALID_VARIABLE and
 * INVALID_EXPRESSION; INVALID_FIELD for a file with errors, with the first one's place.
 */
export async function forecastPipelineCall(
  { pipelines }: PipelineApiDeps,
  request: ForecastPipelineRequest,
): Promise<ForecastPipelineResponse> {
  const { definition, variables } = await subjectOf(pipelines, request);
  const profile = request.customLoad ?? (await shippedLoad(request.loadProfile));
  const loads = Math.max(1, request.loadsOnMachine);
  const load = profile === undefined ? [] : times(loads, populationOfLoad(profile, request.loadProcesses));
  const besides: Population[] = request.population;
  const { assumptions, ...forecast } = forecastPipeline(
    definition,
    { variables, mustKeep: request.mustKeep },
    { populations: [...load, ...besides], cpuCount: request.cpuCount || defaultCpuCount },
  );
  const more = [
    ...(profile === undefined ? [] : [`The load ${profile.name} is as it is on average, whatever its seed draws.`]),
    ...(profile === undefined || loads === 1 ? [] : [`The load runs ${loads} times on the machine of the host.`]),
    ...(besides.length === 0 ? ["No other process runs on the host; each that does adds its own series."] : []),
  ];
  return create(ForecastPipelineResponseSchema, { ...forecast, assumptions: [...assumptions, ...more] });
}

async function subjectOf(
  pipelines: PipelineApiDeps["pipelines"],
  { pipeline, pipelineFile }: ForecastPipelineRequest,
): Promise<{ definition: PipelineDefinition; variables: Record<string, string> }> {
  if (pipeline !== undefined) {
    const { name, version, variables } = pipeline;
    return { definition: definitionOf(await pipelines.getPublished(name, version)), variables };
  }
  const { definition, findings } = checkPipelineFile(pipelineFile);
  if (definition !== undefined && !hasError(findings)) return { definition, variables: {} };
  throw refusalOf("The pipeline file has errors, so there is nothing to foretell", findings);
}

/** Whose collector runs on the machine sees the processes of all loads there. */
function times(loads: number, load: readonly Population[]): Population[] {
  return load.map((population) => ({ ...population, processes: population.processes * loads }));
}

async function shippedLoad(name: string): Promise<LoadProfile | undefined> {
  if (name === "") return undefined;
  const profiles = await loadProfiles();
  const profile = profiles.find((each) => each.name === name);
  if (profile !== undefined) return profile;
  throw phoenixError(
    ErrorReason.LOAD_PROFILE_NOT_FOUND,
    `There is no load profile ${JSON.stringify(name)}. Choose one of ${profiles.map((each) => each.name).join(", ")}.`,
    { metadata: { profile: name } },
  );
}
