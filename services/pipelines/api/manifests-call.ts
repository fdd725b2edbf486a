import { create } from "@bufbuild/protobuf";
import type { PipelineDefinition } from "@phoenix/catalog";
import {
  type GenerateManifestsRequest,
  type GenerateManifestsResponse,
  GenerateManifestsResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { defaultImage, generateAgentManifests, generateManifests, renderForNodes } from "../manifests/index.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { definitionOf } from "./messages.ts";

/**
 * Makes Kubernetes manifests of a pipeline: of agents where its filter moves or where a controller is named, else of
 * collectors alone. Throws PIPELINE_NOT_FOUND, INVALID_VARIABLE, INVALID_EXPRESSION, and INVALID_FIELD for agents
 * without an image or a controller.
 */
export async function generateManifestsCall(
  deps: PipelineApiDeps,
  request: GenerateManifestsRequest,
): Promise<GenerateManifestsResponse> {
  const { name, version, variables } = request.pipeline ?? { name: "", version: 0, variables: {} };
  const stored = await deps.pipelines.getPublished(name, version);
  const definition = definitionOf(stored);
  const given = { variables, mustKeep: request.mustKeep };
  const common = { namespace: request.namespace || "phoenix", version: stored.version };
  if (definition.dynamic !== undefined || request.controller !== "") {
    const { image, controller, insecure } = request;
    checkAgents(definition, request);
    const settings = { ...common, name: request.name || "phoenix-agent", image, controller, insecure };
    return create(GenerateManifestsResponseSchema, { yaml: generateAgentManifests(definition, given, settings) });
  }
  if (request.insecure) throw invalid("insecure", "Without a controller there is nothing to reach without TLS");
  const yaml = generateManifests(definition, renderForNodes(definition, given), {
    ...common,
    name: request.name || "phoenix-collector",
    image: request.image || defaultImage,
    remoteWriteUrl: deps.remoteWriteUrl,
  });
  return create(GenerateManifestsResponseSchema, { yaml });
}

function checkAgents({ name, dynamic }: PipelineDefinition, { image, controller }: GenerateManifestsRequest): void {
  const why = dynamic === undefined ? `With a controller ${name}` : `The filter of ${name} moves, so it`;
  if (image === "") {
    throw invalid(
      "image",
      `${why} runs under Phoenix agents, and no image of the agent is published. Build one with phoenix and otelcol-contrib on its path, and name it`,
    );
  }
  if (controller === "") {
    throw invalid(
      "controller",
      `${why} runs under Phoenix agents. Name the host and port of the server's agent port as pods reach it`,
    );
  }
  if (/^(localhost|127\.[0-9.]+|0\.0\.0\.0|\[::1?\]):/.test(controller)) {
    throw invalid("controller", `${controller} is each pod's own. Name the agent port as pods reach it`);
  }
}

function invalid(field: string, message: string): PhoenixError {
  return phoenixError(ErrorReason.INVALID_FIELD, `${message}.`, { metadata: { field } });
}
