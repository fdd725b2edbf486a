import { createHash } from "node:crypto";
import type { PipelineDefinition } from "@phoenix/catalog";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { stringify } from "yaml";
import { type CollectorConfig, composeNodeConfig } from "../model/index.ts";
import { type GivenValues, resolveVariables } from "../variables/index.ts";

/** A configuration for the nodes of a cluster. */
export type NodeConfig = {
  config: CollectorConfig;
  /** YAML text. */
  text: string;
  /** SHA-256 of the text's UTF-8 bytes, lower-case hex. */
  digest: string;
};

/**
 * Renders a pipeline for nodes, where no agent is. Throws INVALID_VARIABLE or INVALID_EXPRESSION, and
 * INVALID_FIELD for a pipeline whose filter only an agent can move.
 */
export function renderForNodes(definition: PipelineDefinition, given: GivenValues): NodeConfig {
  if (definition.dynamic !== undefined) {
    const message = `The filter of ${definition.name} is moved by an agent while the collector runs. Make manifests of agents for it.`;
    throw phoenixError(ErrorReason.INVALID_FIELD, message, { metadata: { field: "pipeline.name" } });
  }
  const config = composeNodeConfig(definition, resolveVariables(definition, given));
  const body = stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
  const text = `# ${definition.name}, rendered by Phoenix. The DaemonSet fills in \${env:...}.\n${body}`;
  return { config, text, digest: createHash("sha256").update(text).digest("hex") };
}
