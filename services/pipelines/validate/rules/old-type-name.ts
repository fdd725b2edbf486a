import type { RuleFinding } from "../finding.ts";
import { componentType, type Subject, sections } from "../subject.ts";

/** Old spellings of component types that collectors still take, and the new ones. */
const renamed: Partial<Record<(typeof sections)[number], Record<string, string>>> = {
  receivers: { hostmetrics: "host_metrics" },
  processors: { metricstransform: "metrics_transform", cumulativetodelta: "cumulative_to_delta" },
  exporters: { otlphttp: "otlp_http", otlp: "otlp_grpc", prometheusremotewrite: "prometheus_remote_write" },
};

/** A component type in its old spelling: a warning, collectors will stop taking it. */
export function findOldTypeNames(subject: Subject): RuleFinding[] {
  return sections.flatMap((section) =>
    Object.keys(subject.components[section]).flatMap((id) => {
      const type = componentType(id);
      const name = renamed[section]?.[type];
      if (!name) return [];
      return [
        {
          severity: "warning" as const,
          rule: "old-type-name",
          at: [section, id],
          message: `${type} is the old name of ${name}.`,
          suggestion: `Write ${name}${id.slice(type.length)} here and where it is used.`,
        },
      ];
    }),
  );
}
