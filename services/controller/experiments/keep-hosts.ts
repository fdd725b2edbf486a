import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { appendEvent } from "../events/index.ts";
import { stopArms } from "./effects.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { updateExperiment } from "./store.ts";

/** Stops arms that wait for a decision and changes nothing else: the outcome is KEPT. */
export async function keepHosts(
  tx: Tx,
  experiment: ExperimentRecord,
  how: { actor: string; reason: string; userReason?: string; now: Date },
): Promise<ExperimentRecord> {
  const { actor, reason, userReason = "", now } = how;
  const patch = await stopArms(tx, { experiment, reason, now });
  await appendEvent(tx, experiment.experimentId, {
    type: ExperimentEventType.KEPT,
    actor,
    message: `The arms are being stopped; nothing changes on the hosts. ${reason}`,
    phase: experiment.phase,
    userReason,
  });
  return updateExperiment(tx, experiment.experimentId, { ...patch, outcome: "kept" });
}
