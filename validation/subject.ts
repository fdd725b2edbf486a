import type { DocumentPath } from "@phoenix/catalog";

/** A service pipeline as the rules see it; `at` is where it stands. */
export type SubjectRoute = {
  id: string;
  at: DocumentPath;
  receivers: string[];
  processors: string[];
  exporters: string[];
};

/** Sections that can define components. */
export const sections = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;

/** What the rules look at: a pipeline file and a whole collector configuration look alike from here. */
export type Subject = {
  kind: "pipeline" | "config";
  /** The whole document. */
  value: Record<string, unknown>;
  /** Components by section, then id. */
  components: Record<(typeof sections)[number], Record<string, unknown>>;
  routes: SubjectRoute[];
  /** Extensions that the service starts. */
  usedExtensions: string[];
};

/** Says whether a YAML value is a mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The type of a component, the part of its id before the slash. */
export function componentType(id: string): string {
  return id.split("/")[0] ?? id;
}
