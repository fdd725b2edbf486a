import type { ComponentSettings } from "@phoenix/catalog";

/** Components of one kind, by id, `type` or `type/name`. */
export type Components = Record<string, ComponentSettings>;

/** A whole configuration, in the order in which it is written. */
export type CollectorConfig = {
  receivers: Components;
  processors: Components;
  exporters: Components;
  extensions: Components;
  service: {
    extensions: string[];
    telemetry: Record<string, unknown>;
    pipelines: Record<string, { receivers: string[]; processors: string[]; exporters: string[] }>;
  };
};
