import { Decision } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { completedBlocks } from "./block-schedule.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import type { ExperimentHostRecord } from "./hosts-store.ts";
import type { ExperimentSettings } from "./settings.ts";
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
  /** Have the evidence judged; `final` when no more will come. */
  | { do: "analyze"; blocks: number; final: boolean }
  /** Nobody decided in time: stop the arms, change nothing. */
  | { do: "release" }
  /** Act on what hosts said of a promotion or rollback. */
  | { do: "roll_out" }
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
  if (missing.length === 0) {
    return { do: "move", event: "arms_ready", reason: "Both arms run on every host; measuring begins." };
  }
  if (!timedOut(view)) return { do: "nothing" };
  const names = missing.slice(0, 5).map(nameOf).join(", ");
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : "";
  return {
    do: "move",
    event: "time_out",
    reason: `Not started in time: ${names}${more}. See the tasks of these hosts.`,
  };
}

function decideRunning(view: ExperimentView, settings: ExperimentSettings): Step {
  const { experiment, now } = view;
  const { verdicts, plan, measureTime } = experiment;
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
  if (experiment.rollout !== null && said) return { do: "roll_out" };
  if (experiment.holdUntil !== null && experiment.holdUntil <= now) return { do: "release" };
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

function timedOut({ experiment, now }: ExperimentView): boolean {
  return !isOver(experiment.phase) && experiment.phaseDeadline !== null && experiment.phaseDeadline <= now;
}

function mayAnalyze({ experiment, now }: ExperimentView): boolean {
  return experiment.analysisRetryAt === null || experiment.analysisRetryAt <= now;
}
