/**
 * Checking a pipeline file or a whole collector configuration before anything runs it, alike on the server,
 * in the command and on every host. Layers, each only after the one before found no error: the text (YAML,
 * schema), the rules (rules/, one file each, described in docs/validation.md) and the components that a
 * collector has (unknown-components.ts), that of one's own or those of hosts (missing-on-hosts.ts). Every finding says where and what to do. Pure, except for
 * judgement/, which asks a collector itself.
 */
export { checkConfig, checkPipelineFile, type TextCheck } from "./check-text.ts";
export { checkValue } from "./check-value.ts";
export { parseDurationMs } from "./duration.ts";
export { type Finding, hasError, sortFindings } from "./finding.ts";
export { type HostGroup, missingOnHosts } from "./missing-on-hosts.ts";
export { reservedNames } from "./rules/index.ts";
export { unknownComponents } from "./unknown-components.ts";
