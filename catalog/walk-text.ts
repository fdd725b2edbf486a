import type { DocumentPath } from "./located-document.ts";

/** Visits every text in a document, keys included (a key under the path of its value). */
export function walkText(
  value: unknown,
  visit: (text: string, path: DocumentPath) => void,
  path: DocumentPath = [],
): void {
  if (typeof value === "string") visit(value, path);
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) walkText(item, visit, [...path, index]);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      visit(key, [...path, key]);
      walkText(item, visit, [...path, key]);
    }
  }
}
