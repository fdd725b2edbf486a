import type { Tx } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError, phoenixError } from "@phoenix/platform/errors";
import { enqueueTask } from "../tasks/index.ts";
import type { LoadHostRecord, LoadHostState, LoadSimulationRecord } from "./load-simulation-record.ts";
import { moveLoadHost } from "./load-store.ts";
import { stopLoadTask } from "./load-tasks.ts";

const stoppable: readonly LoadHostState[] = ["starting", "running", "stop_failed"];

/**
 * Stops a load on all of its hosts; where it is over already nothing happens.
 * @throws PhoenixError ILLEGAL_TRANSITION for the load of an experiment, which ends with it.
 */
export async function stopLoad(tx: Tx, load: LoadSimulationRecord, reason: string, now: Date): Promise<void> {
  if (load.experimentId !== null) {
    throw phoenixError(
      ErrorReason.ILLEGAL_TRANSITION,
      `The load ${load.loadSimulationId} belongs to the experiment ${load.experimentId} and ends with it. Stop or cancel the experiment.`,
      { metadata: { experimentId: load.experimentId } },
    );
  }
  for (const host of load.hosts) await stopLoadOnHost(tx, load.loadSimulationId, host, reason, now);
}

/** Asks a host for a new round of stops of a load that is not over. */
export async function stopLoadOnHost(
  tx: Tx,
  loadSimulationId: string,
  { hostId, state, stopRound }: Pick<LoadHostRecord, "hostId" | "state" | "stopRound">,
  message: string,
  now: Date,
): Promise<void> {
  if (!stoppable.includes(state)) return;
  const key = { loadSimulationId, hostId };
  // The row first: who finds it moved already has nothing to enqueue.
  if (!(await moveLoadHost(tx, key, stoppable, { state: "stopping", message, now, newStop: true }))) return;
  try {
    await enqueueTask(tx, stopLoadTask({ ...key, experimentId: null }, stopRound + 1));
  } catch (error) {
    // Nobody is left to stop anything on a host that was deleted.
    if (!isPhoenixError(error, ErrorReason.HOST_NOT_FOUND)) throw error;
    await moveLoadHost(tx, key, ["stopping"], { state: "stopped", message: "the host was deleted", now });
  }
}
