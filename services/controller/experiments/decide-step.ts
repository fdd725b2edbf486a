import { type AnalysisPlan, Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { completedBlocks, nextWindowStart } from "./block-schedule.ts";
import { calibrationSpan } from "./calibration.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import type { ExperimentHostRecord } from "./hosts-store.ts";
import type { ExperimentSettings } from "./settings.ts";
import { calibrationMsOf } from "./spec.ts";
import { isOver, type PhaseEvent } from "./state-machine.ts";
import type { Subject } from "./subjects-store.ts";

/** All that is known of an experiment at a moment. */
export interface ExperimentView {
  experiment: ExperimentRecord;
  subjects: readonly Subject[];
  hosts: readonly ExperimentHostRecord[];
  now: Date;
}

/** The next thing to do for an experiment; doing it changes what comes next. */
export type Step =
  | { do: "nothing" }
  /** Tell of failures in events. */
  | { do: "announce"; failures: readonly Subject[] }
  | { do: "move"; event: PhaseEvent; reason: string }
  /** Have the A/A period evaluated: the windows from `start` on that begin before `end`. */
  | { do: "calibrate"; start: Date; end: Date }
  /** The A/A period is over and every arm runs its own configuration: measure. */
  | { do: "end_calibration" }
  /** Have the evidence judged; `final` when no more will come. */
  | { do: "analyze"; blocks: number; final: boolean }
  /** Nobody decided in time: stop the arms, change nothing. */
  | { do: "release" }
  /** Act on what hosts said of a promotion or rollback. */
  | { do: "roll_out" }
  /** Promote the hosts that were held back, too. */
  | { do: "end_hold_back" }
  | { do: "stop_again"; subjects: readonly Subject[] };

/** Rounds after which a stop that keeps failing is left to a person. */
export const mostStopRounds = 10;

/** Decides what is to be done next for an experiment. Knows no clock and no database. */
export function decideStep(view: ExperimentView, settings: ExperimentSettings): Step {
  const { experiment, subjects } = view;
  const failures = subjects.filter((subject) => !subject.announced);
  if (failures.length > 0) return { do: "announce", failures };
  if (experiment.phase === "pending") return decidePending(view);
  if (experiment.phase === "initializing") return decideInitializing(view);
  if (experiment.phase === "running") return decideRunning(view, settings);
  if (experiment.phase === "analyzing") return decideAnalyzing(view, settings);
  return decideOver(view, settings);
}

function decidePending(view: ExperimentView): Step {
  return timedOut(view) ? { do: "move", event: "time_out", reason: "It was not started in time." } : { do: "nothing" };
}

function decideInitializing(view: ExperimentView): Step {
  const failed = view.subjects.find((subject) => subject.state === "failed");
  if (failed !== undefined) {
    return { do: "move", event: "arm_failed", reason: `${nameOf(failed)} did not start: ${failed.message}` };
  }
  const missing = view.subjects.filter((subject) => subject.state === "starting");
  if (missing.length === 0) return { do: "move", event: "arms_ready", reason: readyWords(view) };
  if (!timedOut(view)) return { do: "nothing" };
  const reason = `Not started in time: ${namesOf(missing)}. See the tasks of these hosts.`;
  return { do: "move", event: "time_out", reason };
}

function readyWords({ experiment, now }: ExperimentView): string {
  const { plan, spec } = experiment;
  const calibrationMs = calibrationMsOf(spec);
  const arms = spec.arms.length > 2 ? "All arms" : "Both arms";
  if (plan === null || calibrationMs === 0) return `${arms} run on every host; measuring begins.`;
  const { end } = calibrationSpan(plan, nextWindowStart(now, plan.windowSeconds), calibrationMs);
  return `A/A period: ${arms.toLowerCase()} run the baseline until ${end.toISOString()}, warm-up included.`;
}

/** RUNNING before measuring: the A/A period, then the switch to the candidates' own configuration. */
function decideCalibrating(view: ExperimentView, plan: AnalysisPlan, settings: ExperimentSettings): Step {
  const { experiment, now, subjects } = view;
  const failed = subjects.find((subject) => subject.state === "failed");
  if (failed !== undefined) {
    const reason = `${nameOf(failed)} did not take its own configuration after the A/A period: ${failed.message}`;
    return { do: "move", event: "arm_failed", reason };
  }
  // Moved here by hand, arms may still be starting; one that was not asked yet must not pass for one that changed.
  const missing = subjects.filter(
    ({ state, nextDigest }) => state === "starting" || (plan.calibrated && nextDigest !== null),
  );
  if (plan.calibrated && missing.length === 0) return { do: "end_calibration" };
  if (timedOut(view)) {
    const what = plan.calibrated ? "Own configuration not running in time after the A/A period" : "Not started in time";
    const reason =
      missing.length > 0
        ? `${what}: ${namesOf(missing)}. See the tasks of these hosts.`
        : `The A/A period could not be evaluated in time. ${experiment.phaseReason}`;
    return { do: "move", event: "abandon", reason };
  }
  if (missing.length > 0 || experiment.calibrateTime === null || !mayAnalyze(view)) return { do: "nothing" };
  const span = calibrationSpan(plan, experiment.calibrateTime, calibrationMsOf(experiment.spec));
  const delivered = span.end.getTime() + settings.deliveryGraceMs <= now.getTime();
  return delivered ? { do: "calibrate", ...span } : { do: "nothing" };
}

function decideRunning(view: ExperimentView, settings: ExperimentSettings): Step {
  const { experiment, now } = view;
  const { verdicts, plan, measureTime } = experiment;
  if (plan !== null && measureTime === null) return decideCalibrating(view, plan, settings);
  if (isDecided(experiment)) {
    return { do: "move", event: "evidence_in", reason: verdicts.map((verdict) => verdict.reason).join(" ") };
  }
  if (timedOut(view)) return { do: "move", event: "time_out", reason: "The time planned for measuring is over." };
  if (plan === null || measureTime === null || !mayAnalyze(view)) return { do: "nothing" };
  const blocks = completedBlocks(plan, measureTime, now, settings.deliveryGraceMs);
  return blocks > experiment.analyzedBlocks ? { do: "analyze", blocks, final: false } : { do: "nothing" };
}

function decideAnalyzing(view: ExperimentView, settings: ExperimentSettings): Step {
  const { plan, measureTime, phaseReason } = view.experiment;
  if (timedOut(view)) {
    return { do: "move", event: "time_out", reason: `No final analysis could be made in time. ${phaseReason}` };
  }
  if (plan === null || measureTime === null || !mayAnalyze(view)) return { do: "nothing" };
  const blocks = completedBlocks(plan, measureTime, view.now, settings.deliveryGraceMs);
  return { do: "analyze", blocks, final: true };
}

function decideOver({ experiment, subjects, hosts, now }: ExperimentView, settings: ExperimentSettings): Step {
  const said = hosts.some((host) => host.rolloutState === "applied" || host.rolloutState === "refused");
  if (said && (experiment.rollout !== null || experiment.holdBackUntil !== null)) return { do: "roll_out" };
  if (experiment.holdUntil !== null && experiment.holdUntil <= now) return { do: "release" };
  if (experiment.holdBackUntil !== null && experiment.holdBackUntil <= now) return { do: "end_hold_back" };
  const failed = subjects.filter(
    (subject) =>
      subject.state === "stop_failed" &&
      subject.stopRound < mostStopRounds &&
      subject.changedAt.getTime() + settings.stopRetryMs <= now.getTime(),
  );
  return failed.length > 0 ? { do: "stop_again", subjects: failed } : { do: "nothing" };
}

/** True when every candidate has a verdict that no further evidence is needed for. */
export function isDecided({ verdicts }: Pick<ExperimentRecord, "verdicts">): boolean {
  return verdicts.length > 0 && verdicts.every((verdict) => isFinal(verdict.decision));
}

/** True for a decision that ends measuring; a decision this version does not know ends nothing. */
export function isFinal(decision: Decision): boolean {
  return (
    decision === Decision.PROMOTE ||
    decision === Decision.REJECT ||
    decision === Decision.INCONCLUSIVE ||
    decision === Decision.UNHEALTHY
  );
}

/** An arm or a load as people call it. */
export function nameOf(subject: Subject): string {
  return subject.kind === "loadsim" ? `the load on ${subject.hostName}` : `${subject.variant} on ${subject.hostName}`;
}

function namesOf(subjects: readonly Subject[]): string {
  const more = subjects.length > 5 ? ` and ${subjects.length - 5} more` : "";
  return `${subjects.slice(0, 5).map(nameOf).join(", ")}${more}`;
}

function timedOut({ experiment, now }: ExperimentView): boolean {
  return !isOver(experiment.phase) && experiment.phaseDeadline !== null && experiment.phaseDeadline <= now;
}

function mayAnalyze({ experiment, now }: ExperimentView): boolean {
  return experiment.analysisRetryAt === null || experiment.analysisRetryAt <= now;
}
