import type { ServiceImpl } from "@connectrpc/connect";
import type { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { createVersionCall } from "./create-version-call.ts";
import { deletePipelineCall } from "./delete-call.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { diffPipelinesCall } from "./diff-call.ts";
import { forecastPipelineCall } from "./forecast-call.ts";
import { listPipelinesCall, listVersionsCall } from "./list-calls.ts";
import { listLoadProfilesCall } from "./load-profiles-call.ts";
import { generateManifestsCall } from "./manifests-call.ts";
import { pipelineMessage } from "./messages.ts";
import { formatModelCall, parseModelCall } from "./model-calls.ts";
import { publishVersionCall } from "./publish-version-call.ts";
import { renderPipelineCall } from "./render-call.ts";
import { validatePipelineCall } from "./validate-call.ts";

/** Makes the implementation of PipelineService. */
export function createPipelineApi(deps: PipelineApiDeps): Partial<ServiceImpl<typeof PipelineService>> {
  const { pipelines, configs, callerOf } = deps;
  return {
    listPipelines: (request) => listPipelinesCall(pipelines, request),
    async getPipeline({ name, version }) {
      return { pipeline: pipelineMessage(await pipelines.get(name, version)) };
    },
    listPipelineVersions: (request) => listVersionsCall(pipelines, request),
    createPipelineVersion: (request, context) => createVersionCall(deps, request, callerOf(context)),
    publishPipelineVersion: (request) => publishVersionCall(deps, request),
    deletePipeline: (request) => deletePipelineCall(deps, request),
    renderPipeline: (request) => renderPipelineCall(deps, request),
    validatePipeline: (request) => validatePipelineCall(deps, request),
    generateManifests: (request) => generateManifestsCall(deps, request),
    parseModel: (request) => parseModelCall(request),
    formatModel: (request) => formatModelCall(request),
    diffPipelines: (request) => diffPipelinesCall(deps, request),
    forecastPipeline: (request) => forecastPipelineCall(deps, request),
    listLoadProfiles: listLoadProfilesCall,
    async getRenderedConfig({ configDigest }) {
      const { bytes, pipeline } = await configs.get(configDigest);
      return { config: bytes, pipeline };
    },
  };
}
