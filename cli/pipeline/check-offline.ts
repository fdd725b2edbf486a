import { create } from "@bufbuild/protobuf";
import { FindingSeverity } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import {
  type ValidatePipelineResponse,
  ValidatePipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { checkConfig, checkPipelineFile, hasError, sortFindings } from "@phoenix/validation";
import type { Subject } from "./subjects.ts";

const severities = {
  error: FindingSeverity.ERROR,
  warning: FindingSeverity.WARNING,
  info: FindingSeverity.INFO,
};

/** Checks a file by the rules alone, as a server does before it asks a collector; null for a pipeline that only a server has. */
export function checkOffline({ case: kind, value }: Subject): ValidatePipelineResponse | null {
  if (kind === "pipeline") return null;
  const { findings } = kind === "pipelineFile" ? checkPipelineFile(value) : checkConfig(value);
  return create(ValidatePipelineResponseSchema, {
    valid: !hasError(findings),
    findings: sortFindings(findings).map((finding) => ({ ...finding, severity: severities[finding.severity] })),
    collectorAsked: false,
  });
}
