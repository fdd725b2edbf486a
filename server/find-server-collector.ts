import { type CollectorBinary, findCollector } from "@phoenix/collector";
import { isPhoenixError } from "@phoenix/platform/errors";
import type { Logger } from "@phoenix/platform/logging";

/**
 * A collector for validating configurations, or null where there is none: the
 * server works without, only what needs a collector's judgement is refused.
 * It never builds one, since a start must not take minutes.
 */
export async function findServerCollector(logger: Logger): Promise<CollectorBinary | null> {
  try {
    const collector = await findCollector({ allowBuild: false });
    logger.info({ version: collector.version, source: collector.source }, "found a collector");
    return collector;
  } catch (error) {
    if (!isPhoenixError(error)) throw error;
    logger.warn({ reason: error.message }, "there is no collector here: configurations cannot be validated by one");
    return null;
  }
}
