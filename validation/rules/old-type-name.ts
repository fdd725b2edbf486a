import type { RuleFinding } from "../finding.ts";
import { componentType, type Subject, sections } from "../subject.ts";

type Section = (typeof sections)[number];

/**
 * Old spellings of component types that collectors still take, and the new ones: `deprecated_type` in the
 * metadata.yaml of each component, and pull requests 45901, 46726, 46750, 48525 and 48533 of
 * opentelemetry-collector-contrib.
 */
const renamed: Partial<Record<Section, Record<string, string>>> = {
  receivers: {
    hostmetrics: "host_metrics",
    filelog: "file_log",
    prometheusremotewrite: "prometheus_remote_write",
  },
  processors: {
    metricstransform: "metrics_transform",
    cumulativetodelta: "cumulative_to_delta",
    k8sattributes: "k8s_attributes",
    resourcedetection: "resource_detection",
  },
  exporters: {
    otlphttp: "otlp_http",
    otlp: "otlp_grpc",
    prometheusremotewrite: "prometheus_remote_write",
    loadbalancing: "load_balancing",
  },
};

/** The new spelling of a type; undefined for one that has it already. */
export function newTypeName(section: Section, type: string): string | undefined {
  const names = renamed[section] ?? {};
  return Object.hasOwn(names, type) ? names[type] : undefined;
}

/** The old spelling of a type; undefined for one that never had another. */
export function oldTypeName(section: Section, type: string): string | undefined {
  return Object.entries(renamed[section] ?? {}).find(([, name]) => name === type)?.[0];
}

/** A component type in its old spelling: a warning, collectors will stop taking it. */
export function findOldTypeNames(subject: Subject): RuleFinding[] {
  return sections.flatMap((section) =>
    Object.keys(subject.components[section]).flatMap((id) => {
      const type = componentType(id);
      const name = newTypeName(section, type);
      if (!name) return [];
      return [
        {
          severity: "warning" as const,
          at: [section, id],
          message: `${type} is the old name of ${name}.`,
          suggestion: `Write ${name}${id.slice(type.length)} here and where it is used.`,
        },
      ];
    }),
  );
}
