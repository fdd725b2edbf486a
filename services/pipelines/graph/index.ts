// A configuration as nodes and edges, for builders: reading one (parse-model.ts) and writing it back
// (format-model.ts). Nothing of a configuration is lost but comments, anchors (written out where they are
// used), empty sections and lists, and where whatever Phoenix has no name for stood between the sections.
// Every scalar keeps its spelling, so that 0123 and "0123" stay what they are. Pure; judging a
// configuration is the work of validate.
export { formatModel } from "./format-model.ts";
export { parseModel } from "./parse-model.ts";
export type { ModelNode, NodeKind, PipelineModel } from "./pipeline-model.ts";
