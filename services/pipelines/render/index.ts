// Rendering: a pipeline, its variables and a purpose become the text of a collector configuration and
// the digest that names it fleet-wide. Pure: the same input gives the same bytes on every machine.
export { dynamicPolicy } from "./dynamic-policy.ts";
export { type Rendered, type RenderRequest, renderPipeline } from "./render-pipeline.ts";
