import { createHash } from "node:crypto";
import type { PipelineDefinition } from "@phoenix/catalog";
import type { DynamicPolicy } from "@phoenix/gen/phoenix/pipelines/v1/dynamic_pb.ts";
import { stringify } from "yaml";
import { composeConfig } from "../model/index.ts";
import { type GivenValues, resolveVariables } from "../variables/index.ts";
import { dynamicPolicy } from "./dynamic-policy.ts";
import { policyLine } from "./policy-line.ts";

/** What to render a pipeline for. */
export type RenderRequest = GivenValues & {
  /** Prometheus remote-write URL to export to besides the tap; undefined for a shadow. */
  remoteWriteUrl: string | undefined;
};

/** A rendered configuration. */
export type Rendered = {
  /** YAML text. */
  text: string;
  /** SHA-256 of the text's UTF-8 bytes, lower-case hex. */
  digest: string;
  /** How agents move its filter; the text has it too. Undefined for one that stands still. */
  dynamic: DynamicPolicy | undefined;
  /** Scrape interval it has unless a collector is started with another one. */
  intervalMs: number;
};

/** Renders a pipeline. Throws INVALID_VARIABLE or INVALID_EXPRESSION, see {@link resolveVariables}. */
export function renderPipeline(definition: PipelineDefinition, request: RenderRequest): Rendered {
  const { values, intervalMs } = resolveVariables(definition, request);
  const config = composeConfig(definition, { values, remoteWriteUrl: request.remoteWriteUrl });
  const head = `# ${definition.name}, rendered by Phoenix. The agent of each host fills in \${env:PHX_*}.\n`;
  const dynamic = dynamicPolicy(definition, values, request);
  const policy = dynamic === undefined ? "" : policyLine(dynamic, intervalMs);
  const text = head + policy + stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
  return { text, digest: createHash("sha256").update(text).digest("hex"), dynamic, intervalMs };
}
