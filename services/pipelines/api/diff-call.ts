import { create } from "@bufbuild/protobuf";
import { formatPath } from "@phoenix/catalog";
import {
  type DiffPipelinesRequest,
  type DiffPipelinesResponse,
  DiffPipelinesResponseSchema,
  type DiffSide,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { checkConfig, checkPipelineFile } from "@phoenix/validation";
import { stringify } from "yaml";
import {
  compareDocuments,
  createSecretNames,
  describeDifference,
  hideSecrets,
  type SecretNames,
} from "../diff/index.ts";
import { renderPipeline } from "../render/index.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { definitionOf } from "./messages.ts";

/** Compares two sides by what they mean. Throws PIPELINE_NOT_FOUND, INVALID_VARIABLE, and INVALID_FIELD for a side that is not YAML. */
export async function diffPipelinesCall(
  deps: PipelineApiDeps,
  { left, right }: DiffPipelinesRequest,
): Promise<DiffPipelinesResponse> {
  const nameOf = createSecretNames();
  const [a, b] = [await documentOf(deps, "left", left, nameOf), await documentOf(deps, "right", right, nameOf)];
  return create(DiffPipelinesResponseSchema, {
    differences: compareDocuments(a, b).map((difference) => ({
      path: formatPath(difference.path),
      left: yamlOf(difference.left),
      right: yamlOf(difference.right),
      summary: `${describeDifference(difference)}.`,
    })),
  });
}

async function documentOf(
  deps: PipelineApiDeps,
  field: "left" | "right",
  request: DiffSide | undefined,
  nameOf: SecretNames,
): Promise<unknown> {
  const { text, check } = await textOf(deps, request?.side ?? { case: undefined });
  const { document, findings } = check(text);
  const [problem] = document.problems;
  if (problem) {
    const message = `The ${field} side is not YAML: line ${problem.line}, column ${problem.column}: ${problem.message}`;
    throw phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field } });
  }
  const secrets = findings.filter(({ rule }) => rule === "secret-in-clear").map(({ path }) => path);
  return hideSecrets(document.value, new Set(secrets), nameOf);
}

async function textOf(deps: PipelineApiDeps, side: DiffSide["side"]) {
  if (side.case === "pipelineFile") return { text: side.value, check: checkPipelineFile };
  if (side.case !== "pipeline") return { text: side.value ?? "", check: checkConfig };
  const { name, version, variables } = side.value;
  const definition = definitionOf(await deps.pipelines.get(name, version));
  // As a shadow: where the data goes is the server's business and the same for both.
  const { text } = renderPipeline(definition, { variables, mustKeep: [], remoteWriteUrl: undefined });
  return { text, check: checkConfig };
}

function yamlOf(value: unknown): string {
  return value === undefined ? "" : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}
