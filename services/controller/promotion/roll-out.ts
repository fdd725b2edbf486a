import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { appendEvent } from "../events/index.ts";
import {
  type ExperimentHostRecord,
  type ExperimentRecord,
  type ExperimentView,
  type RollOut,
  releaseHosts,
  setHostRollout,
  stopSubjects,
  updateExperiment,
} from "../experiments/index.ts";
import { getActivePipelines, setActivePipeline } from "../fleet/index.ts";
import { enqueueTask } from "../tasks/index.ts";
import { activeTask } from "./active-task.ts";
import { concludeRollout } from "./conclude-rollout.ts";
import { releaseHeldBack } from "./hold-back.ts";

/** Creates what acts on the answers of hosts to a promotion or a rollback. */
export function createRollOut(): RollOut {
  return async (tx, view) => {
    for (const host of view.hosts) {
      if (host.rolloutState === "applied") await onApplied(tx, view, host);
      if (host.rolloutState === "refused") await onRefused(tx, view, host);
    }
    const { experiment } = view;
    // A promotion is over when the hosts it is about have answered; those held back are asked for something else.
    const asked = view.hosts.filter((host) => !isHeldBackNow(experiment, host));
    const heldBack = view.hosts.filter((host) => isHeldBackNow(experiment, host));
    const conclusion = concludeRollout(
      experiment,
      asked.map((host) => settledState(host.rolloutState)),
      heldBack.length,
    );
    if (conclusion === null) return;
    const { event, ...patch } = conclusion;
    if (event === ExperimentEventType.KEPT && heldBack.length > 0) {
      await releaseHeldBack(tx, view);
      // Those that answered had their arms stopped then; nobody listens to what the others would still say.
      for (const host of heldBack.filter(({ rolloutState }) => rolloutState === "pending")) {
        await endArms(tx, view, host);
      }
    }
    if (event !== null) {
      await appendEvent(tx, experiment.experimentId, {
        type: event,
        actor: "system",
        message: conclusion.phaseReason,
        phase: experiment.phase,
      });
    }
    const first = event === ExperimentEventType.PROMOTED && experiment.promoteTime === null;
    await updateExperiment(tx, experiment.experimentId, { ...patch, ...(first ? { promoteTime: view.now } : {}) });
  };
}

function settledState(state: ExperimentHostRecord["rolloutState"]) {
  if (state === "applied") return "done";
  return state === "refused" ? "failed" : state;
}

async function onApplied(tx: Tx, view: ExperimentView, host: ExperimentHostRecord): Promise<void> {
  const { experiment } = view;
  await setHostRollout(tx, experiment.experimentId, host.hostId, { state: "done" });
  if (isHeldBackNow(experiment, host)) return onHeldBack(tx, view, host);
  if (experiment.rollout !== "promoting") return;
  await appendEvent(tx, experiment.experimentId, {
    type: ExperimentEventType.HOST_PROMOTED,
    actor: "system",
    message: `${host.hostName} runs the promoted configuration ${experiment.promotedDigest?.slice(0, 12)}; its arms are being stopped.`,
    phase: experiment.phase,
    hostId: host.hostId,
  });
  await endArms(tx, view, host);
}

async function onHeldBack(tx: Tx, view: ExperimentView, host: ExperimentHostRecord): Promise<void> {
  const { experimentId, phase, holdBackUntil } = view.experiment;
  await appendEvent(tx, experimentId, {
    type: ExperimentEventType.COLLECTOR_CHANGED,
    actor: "system",
    message: `${host.hostName} is held back and runs the baseline, measured, until ${holdBackUntil?.toISOString()}; its arms are being stopped.`,
    phase,
    hostId: host.hostId,
  });
  await endArms(tx, view, host);
}

/** It is one of those that keep the baseline for now, whatever becomes of the promotion. */
function isHeldBackNow({ holdBackUntil }: ExperimentRecord, host: ExperimentHostRecord): boolean {
  return host.heldBack && holdBackUntil !== null;
}

async function onRefused(tx: Tx, view: ExperimentView, host: ExperimentHostRecord): Promise<void> {
  const { experiment } = view;
  const { experimentId } = experiment;
  const heldBack = isHeldBackNow(experiment, host);
  const promoting = experiment.rollout === "promoting" ? "the promoted configuration" : "what it ran before";
  const what = heldBack ? "the baseline to be held back on" : promoting;
  await setHostRollout(tx, experimentId, host.hostId, { state: "failed" });
  await appendEvent(tx, experimentId, {
    type: ExperimentEventType.TASK_FAILED,
    actor: "system",
    message: `${host.hostName} did not take ${what}: ${host.rolloutMessage}`,
    phase: experiment.phase,
    hostId: host.hostId,
  });
  if (!heldBack && experiment.rollout !== "promoting") return;
  // Wanted again is what the host kept running; otherwise it would look drifted and be offered this again.
  const active = (await getActivePipelines(tx, [host.hostId])).get(host.hostId);
  if (active?.experimentId === experimentId) {
    await setActivePipeline(tx, host.hostId, host.previous);
    // Where nothing ran before, nothing is to be left trying to start. One that was held back kept the baseline.
    const how = { replaces: true, round: `${host.rolloutTry}/clear` };
    if (host.previous === null || host.heldBack) {
      await enqueueTask(tx, activeTask(experimentId, host.hostId, host.previous, how));
    }
  }
  await endArms(tx, view, host);
}

async function endArms(tx: Tx, view: ExperimentView, host: ExperimentHostRecord): Promise<void> {
  const { experiment, now } = view;
  const running = view.subjects.filter(
    (subject) => subject.hostId === host.hostId && subject.state !== "stopping" && subject.state !== "stopped",
  );
  await stopSubjects(tx, experiment, running, now);
  await releaseHosts(tx, experiment.experimentId, host.hostId);
}
