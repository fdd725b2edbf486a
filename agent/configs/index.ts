/**
 * Configurations on their way to a collector: fetched by digest and believed only when the digest
 * matches, looked at by the rules that a server follows too, and remembered when they did not work here.
 * Asking a collector about one is in @phoenix/collector; the order of the steps, and what keeps running when
 * one fails, is the supervisor's.
 */
export { configDigest } from "./config-digest.ts";
export { makeFolder, removeDurably, syncFolder } from "./durable-folder.ts";
export { type FailedConfigs, failureCountsForMs, openFailedConfigs } from "./failed-configs.ts";
export { checkRules, judgeFindings, type RuleCheck } from "./follow-rules.ts";
export { maxConfigBytes, obtainConfig } from "./obtain-config.ts";
export { readText } from "./read-text.ts";
export type { Refusal } from "./refusal.ts";
