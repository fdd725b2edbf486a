import type { Tx } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { enqueueTask } from "../tasks/index.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { stopTask } from "./subject-tasks.ts";
import { moveSubject, type Subject } from "./subjects-store.ts";

/** Asks for a new round of stops of these subjects; those that are stopped stay as they are. */
export async function stopSubjects(
  tx: Tx,
  experiment: ExperimentRecord,
  subjects: readonly Subject[],
  now: Date,
): Promise<void> {
  for (const subject of subjects) {
    if (subject.state === "stopped") continue;
    const known = await enqueueStop(tx, experiment, subject);
    const key = { ...subject, experimentId: experiment.experimentId };
    await moveSubject(tx, key, [subject.state], {
      state: known ? "stopping" : "stopped",
      message: known ? subject.message : "the host was deleted",
      announced: subject.announced,
      now,
      newStop: true,
    });
  }
}

async function enqueueStop(tx: Tx, experiment: ExperimentRecord, subject: Subject): Promise<boolean> {
  try {
    await enqueueTask(tx, stopTask(experiment, subject));
    return true;
  } catch (error) {
    // Nobody is left to stop anything on a host that was deleted.
    if (isPhoenixError(error, ErrorReason.HOST_NOT_FOUND)) return false;
    throw error;
  }
}
