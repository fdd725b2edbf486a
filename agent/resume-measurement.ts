import type { Logger } from "@phoenix/platform/logging";
import type { Measurement } from "./measurement/index.ts";
import type { CollectorSnapshot, Supervisor } from "./supervisor/index.ts";

/**
 * Opens again, after a restart of the agent, what is measured of the collectors
 * that are there. One whose address changed, because somebody took the tap's
 * port, is given the new one in the background.
 */
export async function resumeMeasurement(parts: {
  supervisor: Pick<Supervisor, "list" | "apply">;
  measurement: Pick<Measurement, "open">;
  logger: Logger;
}): Promise<void> {
  const { supervisor, measurement, logger } = parts;

  const redirect = async ({ spec }: CollectorSnapshot, tapUrl: string): Promise<void> => {
    const applied = await supervisor.apply({ ...spec, tapUrl });
    if (applied.ok) return;
    logger.error(
      { collectorId: spec.collectorId, words: applied.words },
      "a collector could not be led to the new tap",
    );
  };

  for (const snapshot of supervisor.list()) {
    const { collectorId } = snapshot.spec;
    try {
      const tapUrl = await measurement.open(snapshot.spec);
      // Whatever is in the way, the supervisor answers with words.
      if (tapUrl !== snapshot.spec.tapUrl) void redirect(snapshot, tapUrl);
    } catch (error) {
      // One that cannot be measured must not keep the others, and the agent, from running.
      logger.error({ err: error, collectorId }, "a collector is not measured any more");
    }
  }
}
