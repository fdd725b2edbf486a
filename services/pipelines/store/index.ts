// What the service keeps in PostgreSQL: versions of pipelines, which never change, and rendered
// configurations by digest. The catalog's pipelines are put in at start (seed-catalog.ts).
export { type ConfigStore, createConfigStore } from "./config-store.ts";
export { createPipelineStore, type PipelineStore, type StoredPipeline } from "./pipeline-store.ts";
export { seedCatalog } from "./seed-catalog.ts";
