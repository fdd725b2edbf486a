import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { appendEvent } from "../events/index.ts";
import { type AnalyzeDeps, analyze } from "./analyze.ts";
import { calibrate, endCalibration } from "./calibrate.ts";
import { decideStep, type ExperimentView, nameOf, type Step } from "./decide-step.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { getExperimentHosts } from "./hosts-store.ts";
import { keepHosts } from "./keep-hosts.ts";
import { movePhase } from "./move-phase.ts";
import { stopSubjects } from "./stop-subjects.ts";
import { lockExperiment } from "./store.ts";
import { getSubjects, markAnnounced, type Subject } from "./subjects-store.ts";

/** Acts, in the caller's transaction, on what hosts said of a promotion or rollback. */
export type RollOut = (tx: Tx, view: ExperimentView) => Promise<void>;

/** What driving experiments needs. */
export interface ReconcileDeps extends AnalyzeDeps {
  rollOut: RollOut;
  /** Promotes the hosts that were held back, in the caller's transaction. */
  endHoldBack: RollOut;
}

/** Steps of one look; far more than an experiment ever has to do at once. */
const mostSteps = 20;

/**
 * Does everything there is to do for an experiment now. Each step is decided and
 * done under the experiment's lock in one transaction, so a crash leaves either
 * the step undone or the step done, and doing it again is harmless.
 */
export async function reconcileExperiment(
  deps: ReconcileDeps,
  experimentId: string,
  signal: AbortSignal,
): Promise<void> {
  for (let steps = 0; steps < mostSteps && !signal.aborted; steps += 1) {
    const { view, step } = await deps.db.transaction(async (tx) => {
      const view = await readView(tx, experimentId, deps.clock());
      const step = decideStep(view, deps.settings);
      await perform(tx, deps, view, step);
      return { view, step };
    });
    if (step.do === "nothing") return;
    // A call to another service, so outside any transaction; what it gives is stored only if nothing moved meanwhile.
    if (step.do === "analyze") await analyze(deps, view, step, signal);
    if (step.do === "calibrate") await calibrate(deps, view, step, signal);
  }
}

async function readView(tx: Tx, experimentId: string, now: Date): Promise<ExperimentView> {
  const experiment = await lockExperiment(tx, experimentId);
  const subjects = await getSubjects(tx, experimentId);
  const hosts = await getExperimentHosts(tx, experimentId);
  return { experiment, subjects, hosts, now };
}

async function perform(tx: Tx, deps: ReconcileDeps, view: ExperimentView, step: Step): Promise<void> {
  const { experiment, now } = view;
  const { settings } = deps;
  switch (step.do) {
    case "announce":
      return announce(tx, view, step.failures);
    case "move":
      await movePhase(tx, experiment, { event: step.event, actor: "system", reason: step.reason, now, settings });
      return;
    case "release":
      await keepHosts(tx, experiment, { actor: "system", reason: "Nobody decided in time.", now });
      return;
    case "roll_out":
      return deps.rollOut(tx, view);
    case "end_hold_back":
      return deps.endHoldBack(tx, view);
    case "end_calibration":
      return endCalibration(tx, experiment, { now, settings });
    case "stop_again":
      return stopSubjects(tx, experiment, step.subjects, now);
    case "analyze":
    case "calibrate":
    case "nothing":
      return;
  }
}

async function announce(tx: Tx, { experiment }: ExperimentView, failures: readonly Subject[]): Promise<void> {
  for (const failure of failures) {
    await appendEvent(tx, experiment.experimentId, {
      type: ExperimentEventType.TASK_FAILED,
      actor: "system",
      message: `${nameOf(failure)} did not ${undone(experiment, failure)}: ${failure.message}`,
      phase: experiment.phase,
      hostId: failure.hostId,
    });
    await markAnnounced(tx, { ...failure, experimentId: experiment.experimentId });
  }
}

function undone({ phase }: ExperimentRecord, { state }: Subject): string {
  if (state !== "failed") return "stop";
  return phase === "running" ? "take its own configuration" : "start";
}
