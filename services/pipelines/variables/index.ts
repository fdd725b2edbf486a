// The typed values of a pipeline's variables: what text is a value of which type (check-value.ts,
// duration.ts), and which value each variable has in one rendering (resolve-variables.ts). Pure:
// nothing here reads, writes or asks.
export { checkValue } from "./check-value.ts";
export { parseDurationMs } from "./duration.ts";
export { type GivenValues, resolveVariables } from "./resolve-variables.ts";
