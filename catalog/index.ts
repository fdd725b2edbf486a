/**
 * The pipelines that ship with Phoenix, one folder each: pipeline.yaml holds the idea (receivers,
 * processors, typed variables, what it promises to keep), README.md says when to use it, and
 * cases.yaml what it must do to real processes. Here: reading such files, with the line and column
 * of everything wrong. Making a collector configuration of one is rendering's work, elsewhere.
 * The kinds of load that ship are in loads/, one file each.
 */
export { type DynamicDefinition, type DynamicSetting, dynamicSettings, levelSettings } from "./dynamic-definition.ts";
export { delayFiles, dynamicFiles, dynamicReference, referredDynamicFiles } from "./dynamic-files.ts";
export { catalogFolder, loadCatalog } from "./load-catalog.ts";
export type { LoadProfileDefinition } from "./load-profile-definition.ts";
export { readShippedLoadProfiles } from "./load-profiles.ts";
export { type DocumentPath, formatPath, type LocatedDocument, readDocument } from "./located-document.ts";
export { type ParsedText, parseText, type TextProblem } from "./parse-text.ts";
export type {
  ComponentSettings,
  DefinitionProblem,
  PipelineDefinition,
  PipelineRoute,
  VariableDefinition,
  VariableType,
} from "./pipeline-definition.ts";
export { type ReadLoadProfile, readLoadProfile } from "./read-load-profile.ts";
export { type ReadDefinition, readPipelineDefinition } from "./read-pipeline-definition.ts";
export { referredVariables, variableReference } from "./variable-reference.ts";
export { walkText } from "./walk-text.ts";
