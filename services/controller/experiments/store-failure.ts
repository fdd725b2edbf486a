import type { Database } from "@phoenix/platform/database";
import { backoffMs } from "@phoenix/platform/lifecycle";
import type { ExperimentRecord } from "./experiment-record.ts";
import { lockExperiment, updateExperiment } from "./store.ts";

/** Bounds of the wait after a failed call of analytics, in milliseconds. */
const retry = { baseMs: 2_000, maxMs: 15_000 };

/** Stores why a call of analytics failed and when it is made again; nothing where the experiment changed meanwhile. */
export async function storeFailure(
  deps: { db: Database; clock: () => Date },
  seen: ExperimentRecord,
  phaseReason: string,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const experiment = await lockExperiment(tx, seen.experimentId);
    if (experiment.phase !== seen.phase || experiment.revision !== seen.revision) return;
    const analysisFailures = experiment.analysisFailures + 1;
    // Half the bound plus chance: a wait that may be near zero would hammer a service in trouble.
    const bounds = { ...retry, baseMs: retry.baseMs / 2 };
    const waitMs = bounds.baseMs + backoffMs(analysisFailures - 1, bounds);
    await updateExperiment(tx, experiment.experimentId, {
      analysisFailures,
      analysisRetryAt: new Date(deps.clock().getTime() + waitMs),
      phaseReason,
    });
  });
}
