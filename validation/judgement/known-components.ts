import type { LocatedDocument } from "@phoenix/catalog";
import { type CollectorBinary, type ComponentList, listComponents } from "@phoenix/collector";
import type { Finding } from "../finding.ts";
import { unknownComponents } from "../unknown-components.ts";

/** What a binary contains does not change while its version does not, so each is asked once. */
const lists = new Map<string, Promise<ComponentList>>();

/** Finds components that a collector does not have, with the nearest name it has; an Error when it cannot be asked. */
export async function checkComponents(collector: CollectorBinary, document: LocatedDocument): Promise<Finding[]> {
  const key = `${collector.path} ${collector.version}`;
  const asked = lists.get(key) ?? listComponents(collector);
  lists.set(key, asked);
  try {
    return unknownComponents(document, await asked);
  } catch (error) {
    lists.delete(key);
    throw error;
  }
}
