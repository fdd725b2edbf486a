import { type CollectorBinary, type ComponentList, listComponents } from "@phoenix/collector";
import { componentsDigest } from "@phoenix/platform/components";
import type { Logger } from "@phoenix/platform/logging";

/** What this host's collector contains, and the digest the controller knows it by. */
export type CollectorComponents = { list: ComponentList; digest: string };

/** Asks the collector what it contains; null when it does not say, which is logged and keeps nothing from working. */
export async function learnComponents(binary: CollectorBinary, logger: Logger): Promise<CollectorComponents | null> {
  try {
    const list = await listComponents(binary);
    return { list, digest: componentsDigest(list) };
  } catch (error) {
    logger.warn({ err: error, collector: binary.path }, "the controller is not told what the collector contains");
    return null;
  }
}
