// Asking a collector binary about itself and about configurations. Nothing here starts a collector
// for good: each question runs the binary to its end, with a time limit and an environment of its own.
export { type ComponentList, listComponents } from "./list-components.ts";
export { readVersion } from "./read-version.ts";
export { runProgram } from "./run-program.ts";
export { type ConfigJudgement, validateConfig } from "./validate-config.ts";
