import type { DocumentPath } from "./located-document.ts";

/** Notes a problem at a path of a document. */
export type Report = (path: DocumentPath, message: string) => void;

/** Says whether a YAML value is a mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reports the keys of a mapping that have no meaning there. */
export function reportUnknownKeys(
  value: Record<string, unknown>,
  known: readonly string[],
  path: DocumentPath,
  report: Report,
): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) report([...path, key], `has no meaning here; known keys: ${known.join(", ")}`);
  }
}
