// What is different between two pipelines or configurations by what they mean: order of keys, comments,
// quoting and the spelling of durations do not count, order in a list counts where it does to a collector
// (order.ts). compare.ts finds the differences, describe.ts says them in words, redact.ts keeps secrets
// out. Pure.
export { compareDocuments } from "./compare.ts";
export { describeDifference } from "./describe.ts";
export { createSecretNames, hideSecrets, type SecretNames } from "./redact.ts";
