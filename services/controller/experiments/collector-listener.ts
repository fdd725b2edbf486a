import { CollectorState, type CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Database } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { appendEvent } from "../events/index.ts";
import { isOver } from "./state-machine.ts";
import { lockExperiment } from "./store.ts";
import { getSubjects, isNews, noteCollector } from "./subjects-store.ts";

/** Told of every change of a collector that a host reports. */
export type CollectorListener = (hostId: string, status: CollectorStatus) => Promise<void>;

/**
 * Puts changes of an experiment's collectors among its events, a crash loop
 * too. Nothing is decided here: what a broken arm means is the verdict's, from
 * windows in which its collector was not up.
 */
export function createCollectorListener(db: Database): CollectorListener {
  return async (hostId, status) => {
    const { experimentId, variant, state, restarts } = status;
    if (experimentId === "" || variant === "") return;
    // Hosts repeat themselves after every Hello; only news is worth the lock.
    if (!(await isNews(db, { experimentId, hostId, variant }, { state, restarts }))) return;
    await db.transaction(async (tx) => {
      let experiment: Awaited<ReturnType<typeof lockExperiment>>;
      try {
        experiment = await lockExperiment(tx, experimentId);
      } catch (error) {
        // A host may still run a collector of an experiment that was deleted; nobody reads its events.
        if (isPhoenixError(error, ErrorReason.EXPERIMENT_NOT_FOUND)) return;
        throw error;
      }
      const changed = await noteCollector(tx, { experimentId, hostId, variant }, { state, restarts });
      // Arms being stopped after the end are no news of the experiment.
      if (!changed || (isOver(experiment.phase) && experiment.holdUntil === null)) return;
      const subjects = await getSubjects(tx, experimentId);
      const hostName = subjects.find((subject) => subject.hostId === hostId)?.hostName ?? hostId;
      await appendEvent(tx, experimentId, {
        type: ExperimentEventType.COLLECTOR_CHANGED,
        actor: "system",
        message: describe(hostName, status),
        phase: experiment.phase,
        hostId,
      });
    });
  };
}

const words: Partial<Record<CollectorState, string>> = {
  [CollectorState.STARTING]: "is starting",
  [CollectorState.HEALTHY]: "is healthy",
  [CollectorState.UNHEALTHY]: "fails its health check",
  [CollectorState.BACKING_OFF]: "ended by itself and waits to be started again",
  [CollectorState.CRASH_LOOP]: "ended too often and is not started again",
  [CollectorState.STOPPED]: "was stopped",
};

function describe(hostName: string, status: CollectorStatus): string {
  const what = words[status.state] ?? "is in a state this server does not know";
  const restarts = status.restarts === 0 ? "" : `, after ${status.restarts} restarts`;
  const said = status.lastError === "" ? "" : `: ${status.lastError}`;
  return `The ${status.variant} collector on ${hostName} ${what}${restarts}${said}`;
}
