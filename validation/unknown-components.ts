import { formatPath, type LocatedDocument } from "@phoenix/catalog";
import type { ComponentList } from "@phoenix/collector";
import type { Finding } from "./finding.ts";
import { findUnknownComponents } from "./rules/index.ts";

/** Finds components of a document that are not in a list, with the nearest name that is. */
export function unknownComponents(document: LocatedDocument, components: ComponentList): Finding[] {
  return findUnknownComponents(document.value, components).map(({ at, ...finding }) => ({
    ...finding,
    rule: "unknown-component",
    path: formatPath(at),
    ...document.locate(at),
  }));
}
