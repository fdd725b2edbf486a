import { create } from "@bufbuild/protobuf";
import {
  type ValidatePipelineRequest,
  type ValidatePipelineResponse,
  ValidatePipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { hasError } from "@phoenix/validation";
import { type Checked, checkFile, checkWholeConfig } from "./check-subject.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { findingMessage } from "./messages.ts";

/** Checks a subject in layers; what is wrong with it is findings. Throws only PIPELINE_NOT_FOUND. */
export async function validatePipelineCall(
  deps: PipelineApiDeps,
  { subject, hosts }: ValidatePipelineRequest,
): Promise<ValidatePipelineResponse> {
  const { findings, collectorAsked } = await checkSubject(deps, subject, hosts);
  return create(ValidatePipelineResponseSchema, {
    valid: !hasError(findings),
    findings: findings.map(findingMessage),
    collectorAsked,
  });
}

async function checkSubject(
  deps: PipelineApiDeps,
  subject: ValidatePipelineRequest["subject"],
  hosts: ValidatePipelineRequest["hosts"],
): Promise<Checked> {
  switch (subject.case) {
    case "pipeline": {
      const { name, version, variables } = subject.value;
      return await checkFile(deps, (await deps.pipelines.get(name, version)).template, variables, hosts);
    }
    case "pipelineFile":
      return await checkFile(deps, subject.value, {}, hosts);
    default:
      return await checkWholeConfig(deps, subject.value ?? "", hosts);
  }
}
