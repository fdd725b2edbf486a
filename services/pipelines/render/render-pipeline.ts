import { createHash } from "node:crypto";
import type { PipelineDefinition } from "@phoenix/catalog";
import { stringify } from "yaml";
import { composeConfig } from "../model/index.ts";
import { type GivenValues, resolveVariables } from "../variables/index.ts";

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
  /** Scrape interval it has unless a collector is started with another one. */
  intervalMs: number;
};

/** Renders a pipeline. Throws INVALID_VARIABLE or INVALID_EXPRESSION, see {@link resolveVariables}. */
export function renderPipeline(definition: PipelineDefinition, request: RenderRequest): Rendered {
  const { values, intervalMs } = resolveVariables(definition, request);
  const config = composeConfig(definition, { values, remoteWriteUrl: request.remoteWriteUrl });
  const head = `# ${definition.name}, rendered by Phoenix. The agent of each host fills in \${env:PHX_*}.\n`;
  const text = head + stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
  return { text, digest: createHash("sha256").update(text).digest("hex"), intervalMs };
}
