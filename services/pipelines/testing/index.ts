// For specs: real processes under chosen names, a real collector with the environment an agent gives,
// a server that takes what it sends, and models of texts. Not part of the product.

export { findTestCollector } from "@phoenix/collector/testing";
export { makeDynamicFolder } from "./dynamic-folder.ts";
export { startNamedProcesses } from "./named-processes.ts";
export { type Point, seriesOf } from "./otlp-metrics.ts";
export { startOtlpSink } from "./otlp-sink.ts";
export { readModel } from "./read-model.ts";
export { type RunningCollector, runCollector } from "./run-collector.ts";
export { type ServedPipelines, servePipelines } from "./serve-pipelines.ts";
