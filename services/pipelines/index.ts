/**
 * The pipelines service: the catalog's pipelines in versions that never change, rendered into
 * collector configurations that are kept by digest, and checked before anything runs them.
 * Rooms: variables, model and render are pure; store is PostgreSQL; api is the contract. Files of pipelines
 * are the catalog's, the rules over them @phoenix/validation's, binaries the collector's.
 */
export { createPipelinesService, type PipelinesService, type PipelinesServiceDeps } from "./pipelines-service.ts";
