/**
 * The stock OpenTelemetry Collector that Phoenix runs but does not write: finding or making a binary
 * for this machine (find/), and asking one about itself and about configurations (ask/).
 * Promises: a binary given out was run, is of a supported version and has the components Phoenix
 * needs. Running a collector for good belongs to the agent.
 */
export { type ComponentList, type ConfigJudgement, listComponents, readVersion, validateConfig } from "./ask/index.ts";
export type { CollectorBinary, CollectorSource } from "./collector-binary.ts";
export { type FindOptions, findCollector } from "./find/index.ts";
export { isSupportedVersion, parseVersion, SUPPORTED_VERSIONS } from "./version.ts";
