import type { ServiceImpl } from "@connectrpc/connect";
import type { PipelineService } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { pipelineMessage } from "./messages.ts";
import { readPageToken, writePageToken } from "./page-token.ts";
import { renderPipelineCall } from "./render-call.ts";
import { validatePipelineCall } from "./validate-call.ts";

const defaultPageSize = 50;

/** Makes the implementation of PipelineService. */
export function createPipelineApi(deps: PipelineApiDeps): ServiceImpl<typeof PipelineService> {
  const { pipelines, configs } = deps;
  return {
    async listPipelines({ pageSize, pageToken }) {
      const size = pageSize || defaultPageSize;
      const found = await pipelines.list(readPageToken(pageToken), size + 1);
      const page = found.slice(0, size);
      const last = found.length > size ? page.at(-1) : undefined;
      return {
        pipelines: page.map((pipeline) => ({ ...pipelineMessage(pipeline), template: "" })),
        nextPageToken: last ? writePageToken(last.name) : "",
      };
    },
    async getPipeline({ name, version }) {
      return { pipeline: pipelineMessage(await pipelines.get(name, version)) };
    },
    renderPipeline: (request) => renderPipelineCall(deps, request),
    validatePipeline: (request) => validatePipelineCall(deps, request),
    async getRenderedConfig({ configDigest }) {
      const { bytes, pipeline } = await configs.get(configDigest);
      return { config: bytes, pipeline };
    },
  };
}
