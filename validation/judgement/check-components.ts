import type { LocatedDocument } from "@phoenix/catalog";
import { type CollectorBinary, listComponents } from "@phoenix/collector";
import type { Finding } from "../finding.ts";
import { unknownComponents } from "../unknown-components.ts";

/** Finds components that a collector does not have, with the nearest name it has; an Error when it cannot be asked. */
export async function checkComponents(collector: CollectorBinary, document: LocatedDocument): Promise<Finding[]> {
  return unknownComponents(document, await listComponents(collector));
}
