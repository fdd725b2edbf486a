import { create } from "@bufbuild/protobuf";
import {
  type GenerateManifestsRequest,
  type GenerateManifestsResponse,
  GenerateManifestsResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { defaultImage, generateManifests, renderForNodes } from "../manifests/index.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { definitionOf } from "./messages.ts";

/**
 * Makes Kubernetes manifests of a pipeline. Throws PIPELINE_NOT_FOUND, INVALID_VARIABLE, INVALID_EXPRESSION,
 * and INVALID_FIELD for a pipeline whose filter only an agent can move.
 */
export async function generateManifestsCall(
  deps: PipelineApiDeps,
  request: GenerateManifestsRequest,
): Promise<GenerateManifestsResponse> {
  const { name, version, variables } = request.pipeline ?? { name: "", version: 0, variables: {} };
  const stored = await deps.pipelines.getPublished(name, version);
  const definition = definitionOf(stored);
  const yaml = generateManifests(definition, renderForNodes(definition, { variables, mustKeep: request.mustKeep }), {
    name: request.name || "phoenix-collector",
    namespace: request.namespace || "phoenix",
    image: request.image || defaultImage,
    version: stored.version,
    remoteWriteUrl: deps.remoteWriteUrl,
  });
  return create(GenerateManifestsResponseSchema, { yaml });
}
