import { create } from "@bufbuild/protobuf";
import type { LocatedDocument, PipelineDefinition } from "@phoenix/catalog";
import type { PipelineReference } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_pb.ts";
import {
  type ValidatePipelineRequest,
  type ValidatePipelineResponse,
  ValidatePipelineResponseSchema,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { isPhoenixError } from "@phoenix/platform/errors";
import { renderPipeline } from "../render/index.ts";
import {
  askCollector,
  checkConfig,
  checkPipelineFile,
  type Finding,
  hasError,
  sortFindings,
} from "../validate/index.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { findingMessage } from "./messages.ts";

/** What the layers before the collector gave: their findings and the configuration to ask about, when there is one. */
type Check = { findings: Finding[]; config: string | undefined; document: LocatedDocument };

/** Checks a subject in layers; what is wrong with it is findings. Throws only PIPELINE_NOT_FOUND. */
export async function validatePipelineCall(
  deps: PipelineApiDeps,
  { subject }: ValidatePipelineRequest,
): Promise<ValidatePipelineResponse> {
  const check = await checkSubject(deps, subject);
  const findings = [...check.findings];
  let collectorAsked = false;
  if (check.config !== undefined && !hasError(findings)) {
    try {
      if (!deps.collector) throw new Error("this server has no collector");
      findings.push(...(await askCollector(deps.collector, check.config, check.document)));
      collectorAsked = true;
    } catch (error) {
      // A collector that cannot be asked leaves the other findings worth having; this one says what is missing.
      findings.push(notAsked(error));
    }
  }
  const sorted = sortFindings(findings);
  return create(ValidatePipelineResponseSchema, {
    valid: !hasError(sorted),
    findings: sorted.map(findingMessage),
    collectorAsked,
  });
}

async function checkSubject(deps: PipelineApiDeps, subject: ValidatePipelineRequest["subject"]): Promise<Check> {
  switch (subject.case) {
    case "pipeline": {
      const stored = await deps.pipelines.get(subject.value.name, subject.value.version);
      return checkFile(deps, stored.template, subject.value);
    }
    case "pipelineFile":
      return checkFile(deps, subject.value);
    default: {
      const text = subject.value ?? "";
      return { ...checkConfig(text), config: text };
    }
  }
}

function checkFile(deps: PipelineApiDeps, text: string, reference?: PipelineReference): Check {
  const { definition, document, findings } = checkPipelineFile(text);
  if (!definition || hasError(findings)) return { findings, document, config: undefined };
  const rendered = renderAll(deps, definition, reference?.variables ?? {});
  if (typeof rendered === "string") return { findings, document, config: rendered };
  const at = { path: `variables.${rendered.variable}`, ...document.locate(["variables", rendered.variable]) };
  return { findings: [...findings, { ...at, ...rendered.finding }], document, config: undefined };
}

/** Renders with every exporter, so that all there is to judge is judged. */
function renderAll(deps: PipelineApiDeps, definition: PipelineDefinition, variables: Record<string, string>) {
  try {
    const given = { variables, mustKeep: [], remoteWriteUrl: deps.remoteWriteUrl };
    return renderPipeline(definition, given).text;
  } catch (error) {
    if (!isPhoenixError(error)) throw error;
    const finding = { severity: "error" as const, rule: "variable", message: error.message, suggestion: "" };
    return { variable: error.metadata.variable ?? "", finding };
  }
}

function notAsked(error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  return {
    severity: "warning",
    rule: "collector-not-asked",
    path: "",
    line: 0,
    column: 0,
    message: `The collector was not asked: ${why}.`,
    suggestion: "Give the server a collector (PHOENIX_OTELCOL) and check again before relying on this.",
  };
}
