// Checking a pipeline or a whole collector configuration before anything runs it. Layers, each only
// after the one before found no error: the text (YAML, schema), the rules (rules/, one file each,
// described in docs/validation.md), the components that the collector has (check-components.ts), and the
// collector itself (ask-collector.ts). Every finding says where and what to do.
export { askCollector } from "./ask-collector.ts";
export { checkConfig, checkPipelineFile } from "./check-text.ts";
export { type Finding, hasError, sortFindings } from "./finding.ts";
export { judgeConfig } from "./judge-config.ts";
