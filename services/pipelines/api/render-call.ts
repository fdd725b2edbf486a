import { create } from "@bufbuild/protobuf";
import {
  type RenderPipelineRequest,
  type RenderPipelineResponse,
  RenderPipelineResponseSchema,
  RenderPurpose,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { judgeConfig } from "@phoenix/validation/judgement";
import { renderPipeline } from "../render/index.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { definitionOf } from "./messages.ts";

/**
 * Renders a pipeline and keeps the result. Throws PIPELINE_NOT_FOUND, INVALID_VARIABLE, INVALID_EXPRESSION
 * and, where the collector is to be asked, COLLECTOR_REFUSED_CONFIG or COLLECTOR_UNAVAILABLE; then nothing is kept.
 */
export async function renderPipelineCall(
  deps: PipelineApiDeps,
  request: RenderPipelineRequest,
): Promise<RenderPipelineResponse> {
  const { name, version, variables } = request.pipeline ?? { name: "", version: 0, variables: {} };
  const stored = await deps.pipelines.getPublished(name, version);
  const rendered = renderPipeline(definitionOf(stored), {
    variables,
    mustKeep: request.mustKeep,
    remoteWriteUrl: request.purpose === RenderPurpose.EXPORT ? deps.remoteWriteUrl : undefined,
  });
  if (request.validate) await refuseUnacceptable(deps, stored.name, rendered.text);
  const { text, digest } = rendered;
  await deps.configs.put({ digest, text, pipeline: stored.name, version: stored.version });
  deps.onRendered(stored.name);
  return create(RenderPipelineResponseSchema, {
    config: text,
    configDigest: digest,
    version: stored.version,
    intervalSeconds: rendered.intervalMs / 1000,
  });
}

async function refuseUnacceptable({ collector }: PipelineApiDeps, pipeline: string, text: string): Promise<void> {
  if (!collector) {
    const message =
      "The configuration was to be checked by a collector, but this server has none. Name one in PHOENIX_OTELCOL, or render without the check.";
    throw phoenixError(ErrorReason.COLLECTOR_UNAVAILABLE, message);
  }
  const judgement = await judgeConfig(collector, text).catch((cause: unknown) => {
    const message = `The collector ${collector.path} could not be asked about the configuration. See that it runs, then try again.`;
    throw phoenixError(ErrorReason.COLLECTOR_UNAVAILABLE, message, { cause });
  });
  if (judgement.ok) return;
  throw phoenixError(
    ErrorReason.COLLECTOR_REFUSED_CONFIG,
    `Collector ${collector.version} refuses the configuration of ${pipeline}: ${judgement.words}`,
    { metadata: { pipeline, collector_version: collector.version } },
  );
}
