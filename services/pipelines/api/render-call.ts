import { create } from "@bufbuild/protobuf";
import type { LocatedDocument } from "@phoenix/catalog";
import {
  type RenderPipelineRequest,
  type RenderPipelineResponse,
  RenderPipelineResponseSchema,
  RenderPurpose,
} from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { checkConfig, type Finding, missingOnHosts, type TextCheck } from "@phoenix/validation";
import { judgeConfig } from "@phoenix/validation/judgement";
import { LRUCache } from "lru-cache";
import { renderPipeline } from "../render/index.ts";
import { hostsKnowBetter } from "./check-subject.ts";
import type { PipelineApiDeps } from "./deps.ts";
import { definitionOf } from "./messages.ts";

/**
 * Renders a pipeline and keeps the result. Throws PIPELINE_NOT_FOUND, INVALID_VARIABLE, INVALID_EXPRESSION;
 * where hosts are named or the collector is to be asked INVALID_FIELD for a broken rule and COMPONENT_MISSING for
 * a component that a host lacks, and COLLECTOR_REFUSED_CONFIG or COLLECTOR_UNAVAILABLE; then nothing is kept.
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
  if (request.validate || request.hosts.length > 0) await refuseUnfit(deps, stored.name, rendered.text, request);
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

async function refuseUnfit(
  deps: PipelineApiDeps,
  pipeline: string,
  text: string,
  { hosts, validate }: Pick<RenderPipelineRequest, "hosts" | "validate">,
): Promise<void> {
  const { findings, document } = checks.memo(text);
  // The agents follow the same rules, so this would be refused on every host.
  const [broken] = errorsOf(findings);
  if (broken) {
    const message = `The configuration of ${pipeline} breaks the rule ${broken.rule} at ${broken.path}: ${broken.message} ${broken.suggestion}`;
    throw phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { pipeline, rule: broken.rule } });
  }
  const missing = errorsOf(missingOnHosts(document, hosts));
  if (missing.length > 0) {
    const said = missing.map(({ path, message, suggestion }) => `${path}: ${message} ${suggestion}`);
    throw phoenixError(
      ErrorReason.COMPONENT_MISSING,
      `${pipeline} cannot run on these hosts. ${said.slice(0, 5).join(" ")}`,
      {
        metadata: { pipeline, component: missing[0]?.path ?? "" },
      },
    );
  }
  if (validate) await refuseUnacceptable(deps, pipeline, text, document, hosts);
}

/** What was found lately in configurations, by their text: the arms of an experiment are rendered again and again. */
const checks = new LRUCache<string, TextCheck>({ max: 100, memoMethod: (text) => checkConfig(text) });

function errorsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity }) => severity === "error");
}

async function refuseUnacceptable(
  { collector }: PipelineApiDeps,
  pipeline: string,
  text: string,
  document: LocatedDocument,
  hosts: RenderPipelineRequest["hosts"],
): Promise<void> {
  if (!collector) {
    const message =
      "The configuration was to be checked by a collector, but this server has none. Name one in PHOENIX_OTELCOL, or render without the check.";
    throw phoenixError(ErrorReason.COLLECTOR_UNAVAILABLE, message);
  }
  const asked = async () =>
    (await hostsKnowBetter(collector, document, hosts)) ? { ok: true as const } : judgeConfig(collector, text);
  const judgement = await asked().catch((cause: unknown) => {
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
