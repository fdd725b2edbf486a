import { create } from "@bufbuild/protobuf";
import {
  type ForecastPipelineRequest,
  type ForecastPipelineResponse,
  ForecastPipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { forecastPipeline, type Population, populationOfLoad } from "../forecast/index.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { loadProfiles } from "./load-profiles-call.ts";
import { definitionOf } from "./messages.ts";

/** Logical processors of a host that nobody named. */
const defaultCpuCount = 2;

/**
 * Foretells what a pipeline would send. Throws PIPELINE_NOT_FOUND, LOAD_PROFILE_NOT_FOUND, INVALID_VARIABLE and
 * INVALID_EXPRESSION.
 */
export async function forecastPipelineCall(
  { pipelines }: PipelineApiDeps,
  request: ForecastPipelineRequest,
): Promise<ForecastPipelineResponse> {
  const { name, version, variables } = request.pipeline ?? { name: "", version: 0, variables: {} };
  const stored = await pipelines.getPublished(name, version);
  const load = request.loadProfile === "" ? [] : await loadOf(request.loadProfile, request.loadProcesses);
  const besides: Population[] = request.population;
  const { assumptions, ...forecast } = forecastPipeline(
    definitionOf(stored),
    { variables, mustKeep: request.mustKeep },
    { populations: [...load, ...besides], cpuCount: request.cpuCount || defaultCpuCount },
  );
  const more = [
    ...(load.length > 0 ? [`The load ${request.loadProfile} is as it is on average, whatever its seed draws.`] : []),
    ...(besides.length === 0 ? ["No other process runs on the host; each that does adds its own series."] : []),
  ];
  return create(ForecastPipelineResponseSchema, { ...forecast, assumptions: [...assumptions, ...more] });
}

async function loadOf(name: string, processes: number): Promise<Population[]> {
  const profiles = await loadProfiles();
  const profile = profiles.find((each) => each.name === name);
  if (profile !== undefined) return populationOfLoad(profile, processes);
  throw phoenixError(
    ErrorReason.LOAD_PROFILE_NOT_FOUND,
    `There is no load profile ${JSON.stringify(name)}. Choose one of ${profiles.map((each) => each.name).join(", ")}.`,
    { metadata: { profile: name } },
  );
}
