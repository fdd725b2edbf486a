import { create } from "@bufbuild/protobuf";
import {
  ModelNodeSchema,
  NodeKind as NodeKindValue,
  PipelineModelSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/model_pb.ts";
import {
  type FormatModelRequest,
  type FormatModelResponse,
  FormatModelResponseSchema,
  type ParseModelRequest,
  type ParseModelResponse,
  ParseModelResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { sortFindings } from "@phoenix/validation";
import { formatModel, type NodeKind, parseModel } from "../graph/index.ts";
import { findingMessage } from "./messages.ts";

const kinds: Record<NodeKind, NodeKindValue> = {
  receiver: NodeKindValue.RECEIVER,
  processor: NodeKindValue.PROCESSOR,
  exporter: NodeKindValue.EXPORTER,
  connector: NodeKindValue.CONNECTOR,
  extension: NodeKindValue.EXTENSION,
};

/** Reads a text into a model; what keeps it from being read is findings. */
export function parseModelCall({ yaml }: ParseModelRequest): ParseModelResponse {
  const { model, findings } = parseModel(yaml);
  const nodes = model?.nodes.map((node) => create(ModelNodeSchema, { ...node, kind: kinds[node.kind] }));
  return create(ParseModelResponseSchema, {
    ...(model && { model: create(PipelineModelSchema, { ...model, nodes: nodes ?? [] }) }),
    findings: sortFindings(findings).map(findingMessage),
  });
}

/** Writes a model as YAML. Throws INVALID_FIELD, see {@link formatModel}. */
export function formatModelCall({ model = create(PipelineModelSchema) }: FormatModelRequest): FormatModelResponse {
  const names = Object.keys(kinds) as NodeKind[];
  const nodes = model.nodes.flatMap(({ kind: value, id, settings, known }) => {
    const kind = names.find((name) => kinds[name] === value);
    return kind ? [{ kind, id, settings, known }] : [];
  });
  return create(FormatModelResponseSchema, { yaml: formatModel({ ...model, nodes }) });
}
