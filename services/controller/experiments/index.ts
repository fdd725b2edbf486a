/**
 * Experiments: phases, plan, hosts, arms. Promises: phases move along one table,
 * effects become tasks in the transaction that moves the phase, every phase has
 * a time-out, and whatever crashes is taken up by any replica from PostgreSQL.
 *
 * state-machine (drawn in state-machine.md), plan, calibration, decide-step: rules,
 * pure · move-phase, effects: the transaction · reconciler: drives what is under way ·
 * spec, expression, choose-hosts, prepare-start: what is checked before.
 * Acting on a verdict is in ../promotion, the record of it all in ../events.
 */
export { type AnalyzeDeps, decisionName } from "./analyze.ts";
export { chooseHosts } from "./choose-hosts.ts";
export { type CollectorListener, createCollectorListener } from "./collector-listener.ts";
export { deadlineOf, secondsUntilMeasured } from "./deadlines.ts";
export type { ExperimentView } from "./decide-step.ts";
export { stopArms } from "./effects.ts";
export type { ExperimentRecord, Outcome, RenderedArm, Rollout } from "./experiment-record.ts";
export {
  type ExperimentHostRecord,
  getExperimentHosts,
  type HostRolloutState,
  type PreviousPipeline,
  releaseHosts,
  setHostRollout,
} from "./hosts-store.ts";
export { keepHosts } from "./keep-hosts.ts";
export { deadlineInputOf, movePhase, type PhaseMove } from "./move-phase.ts";
export { makePlan, planWarnings } from "./plan.ts";
export { type PreparedStart, prepareStart, type RenderDeps, renderArm } from "./prepare-start.ts";
export { type ReconcileDeps, type RollOut, reconcileExperiment } from "./reconcile-experiment.ts";
export { createReconciler, type Reconciler } from "./reconciler.ts";
export { type ExperimentSettings, experimentDefaults } from "./settings.ts";
export { baselineVariant, calibrationMsOf, candidatesOf, checkSpec, maxDurationMsOf, profileOf } from "./spec.ts";
export { startExperiment } from "./start-experiment.ts";
export { decideOverride, isOver, type Phase, type PhaseEvent, phases } from "./state-machine.ts";
export { stopSubjects } from "./stop-subjects.ts";
export {
  type ExperimentPatch,
  getExperiment,
  insertExperiment,
  listExperiments,
  lockExperiment,
  updateExperiment,
} from "./store.ts";
export { collectorIdOf } from "./subjects-store.ts";
export { createSubjectEndListener, wakeReconcilers, wordsOf } from "./task-end-listener.ts";
