import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { appendEvent } from "../events/index.ts";
import { type DeadlineInput, deadlineOf } from "./deadlines.ts";
import { effects } from "./effects.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import type { PreparedStart } from "./prepare-start.ts";
import type { ExperimentSettings } from "./settings.ts";
import { calibrationMsOf, maxDurationMsOf } from "./spec.ts";
import { decideTransition, isOver, notMeasured, type PhaseEvent } from "./state-machine.ts";
import { type ExperimentPatch, updateExperiment } from "./store.ts";

/** How a phase is moved. */
export interface PhaseMove {
  event: PhaseEvent;
  /** Who moves it: "system" or a caller. */
  actor: string;
  /** Why, in one sentence. */
  reason: string;
  /** The reason a person gave. */
  userReason?: string;
  now: Date;
  settings: ExperimentSettings;
  /** What else changes of the experiment with it. */
  patch?: ExperimentPatch;
  /** With the event `start`: what it was prepared with. */
  start?: PreparedStart;
  /** With an operator's override: how its event reads. */
  overridden?: boolean;
}

/**
 * Moves the phase of a locked experiment along the table: effects, row and event
 * in the caller's transaction.
 * @throws PhoenixError ILLEGAL_TRANSITION where the table has no such move.
 */
export async function movePhase(tx: Tx, experiment: ExperimentRecord, move: PhaseMove): Promise<ExperimentRecord> {
  const { event, actor, reason, now, settings, start } = move;
  const transition = decideTransition(experiment.phase, event);
  if ("refusal" in transition) throw illegal(experiment, event, transition.refusal);
  const { next } = transition;
  // An A/A period measures nothing of a candidate, so there is nothing to make a verdict of.
  if (next === "analyzing" && experiment.measureTime === null) throw illegal(experiment, event, notMeasured);
  await appendEvent(tx, experiment.experimentId, {
    type: move.overridden === true ? ExperimentEventType.PHASE_OVERRIDDEN : ExperimentEventType.PHASE_CHANGED,
    actor,
    message: `${experiment.phase.toUpperCase()} → ${next.toUpperCase()}: ${reason}`,
    phase: next,
    previousPhase: experiment.phase,
    userReason: move.userReason ?? "",
  });
  let patch: ExperimentPatch = { ...move.patch, phase: next, phaseReason: reason };
  for (const effect of transition.effects) {
    const input = { experiment: { ...experiment, ...patch }, now, settings, actor, reason, start };
    patch = { ...patch, ...(await effects[effect](tx, input)) };
  }
  const after = { ...experiment, ...patch };
  patch.phaseDeadline = deadlineOf(next, deadlineInputOf(after, now), settings);
  if (isOver(next)) patch.endTime = now;
  return updateExperiment(tx, experiment.experimentId, patch);
}

/** What the deadline of an experiment's phase depends on. */
export function deadlineInputOf(
  { calibrateTime, measureTime, plan, spec }: Pick<ExperimentRecord, "calibrateTime" | "measureTime" | "plan" | "spec">,
  now: Date,
): DeadlineInput {
  const calibrationMs = calibrationMsOf(spec);
  return { now, calibrateTime, measureTime, plan, calibrationMs, maxDurationMs: maxDurationMsOf(spec) };
}

function illegal(experiment: ExperimentRecord, event: PhaseEvent, refusal: string) {
  return phoenixError(
    ErrorReason.ILLEGAL_TRANSITION,
    `The experiment ${experiment.experimentId} is ${experiment.phase.toUpperCase()}, which does not allow "${event}": ${refusal}.`,
    { metadata: { experimentId: experiment.experimentId, phase: experiment.phase.toUpperCase() } },
  );
}
