import type { NodeKind } from "./pipeline-model.ts";

/**
 * Component types that Phoenix knows, old spellings included: those of the collector it is tested with
 * (deploy/collector/builder.yaml, names by the metadata.yaml of each component at v0.160).
 */
const knownTypes: Record<NodeKind, readonly string[]> = {
  receiver: ["host_metrics", "hostmetrics", "otlp"],
  processor: [
    "batch",
    "cumulative_to_delta",
    "cumulativetodelta",
    "filter",
    "groupbyattrs",
    "memory_limiter",
    "metrics_transform",
    "metricstransform",
    "resource",
    "transform",
  ],
  exporter: [
    "debug",
    "nop",
    "otlp",
    "otlp_grpc",
    "otlp_http",
    "otlphttp",
    "prometheus_remote_write",
    "prometheusremotewrite",
  ],
  connector: [],
  extension: ["health_check"],
};

/** Says whether Phoenix knows the type of a component. */
export function isKnownType(kind: NodeKind, id: string): boolean {
  return knownTypes[kind].includes(id.split("/")[0] ?? id);
}
