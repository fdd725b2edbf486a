// What the service keeps in PostgreSQL: versions of pipelines, which never change once they are
// published (pipeline-store.ts reads, version-store.ts writes), and rendered configurations by digest.
// The catalog's pipelines are put in at start (read-shipped.ts, seed-catalog.ts).
export { type ConfigStore, createConfigStore } from "./config-store.ts";
export { createPipelineStore, type PipelineStore, type StoredPipeline } from "./pipeline-store.ts";
export { readShippedPipelines } from "./read-shipped.ts";
export { seedCatalog } from "./seed-catalog.ts";
export { deleteVersions, type LockedPipeline, lockPipeline, putVersion, setVersionState } from "./version-store.ts";
