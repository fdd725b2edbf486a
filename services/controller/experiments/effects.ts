import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { appendEvent } from "../events/index.ts";
import { insertLoadSimulation, startLoadTask } from "../load-simulations/index.ts";
import { cancelExperimentTasks, enqueueTask } from "../tasks/index.ts";
import { nextWindowStart } from "./block-schedule.ts";
import { longestRunMs } from "./deadlines.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { releaseHosts } from "./hosts-store.ts";
import type { PreparedStart } from "./prepare-start.ts";
import type { ExperimentSettings } from "./settings.ts";
import { baselineVariant, calibrationMsOf, maxDurationMsOf } from "./spec.ts";
import type { Effect } from "./state-machine.ts";
import { stopSubjects } from "./stop-subjects.ts";
import type { ExperimentPatch } from "./store.ts";
import { armTask } from "./subject-tasks.ts";
import { getSubjects, insertArm, loadSimulationIdOf } from "./subjects-store.ts";

/** What an effect works on. */
export interface EffectInput {
  /** The locked experiment, with what the start fixed. */
  experiment: ExperimentRecord;
  now: Date;
  settings: ExperimentSettings;
  /** Who moved the phase: "system" or a caller. */
  actor: string;
  /** Why the phase moves, in one sentence. */
  reason: string;
  /** What a start was prepared with. */
  start?: PreparedStart | undefined;
}

/** Does an effect in the transaction that moves the phase, and gives what else changes of the experiment. */
export type RunEffect = (tx: Tx, input: EffectInput) => Promise<ExperimentPatch>;

/** How each effect of the state machine is done. */
export const effects: Readonly<Record<Effect, RunEffect>> = {
  start_load: startLoad,
  start_arms: startArms,
  begin_measuring: beginMeasuring,
  hold_arms: holdArms,
  stop_arms: stopArms,
  record_kept: recordKept,
};

async function startLoad(tx: Tx, { experiment, now, settings, start }: EffectInput): Promise<ExperimentPatch> {
  const load = experiment.spec.load;
  if (load === undefined || experiment.plan === null) return {};
  const maxDurationMs =
    settings.initializingTimeoutMs +
    longestRunMs(
      experiment.plan,
      { calibrationMs: calibrationMsOf(experiment.spec), maxDurationMs: maxDurationMsOf(experiment.spec) },
      settings,
    ) +
    settings.analyzingTimeoutMs +
    settings.decisionHoldMs;
  const hosts = start?.hosts ?? [];
  const profile = start?.loadProfile ?? null;
  if (hosts.length === 0 || profile === null) return {};
  const { processes, seed } = load;
  const { experimentId } = experiment;
  const loadSimulationId = loadSimulationIdOf(experimentId);
  const wanted = { profile, processes, seed, maxDurationMs };
  await insertLoadSimulation(tx, { ...wanted, loadSimulationId, experimentId, hosts, now });
  const expiresInMs = settings.initializingTimeoutMs;
  for (const { hostId } of hosts) {
    await enqueueTask(tx, startLoadTask({ loadSimulationId, hostId, experimentId }, { ...wanted, expiresInMs }));
  }
  return {};
}

async function startArms(tx: Tx, { experiment, now, settings, start }: EffectInput): Promise<ExperimentPatch> {
  const { experimentId } = experiment;
  const expiresInMs = settings.initializingTimeoutMs;
  for (const { hostId, digests } of start?.hosts ?? []) {
    for (const [variant, ownDigest] of Object.entries(digests)) {
      // In an A/A period the candidates stand in with the baseline's configuration.
      const standIn = variant === baselineVariant ? null : (start?.standInDigest ?? null);
      const configDigest = standIn ?? ownDigest;
      const nextDigest = standIn === null ? null : ownDigest;
      await insertArm(tx, { experimentId, hostId, variant, configDigest, nextDigest, now });
      const as = standIn === null ? variant : baselineVariant;
      const arm = { begin: "start", hostId, variant, as, configDigest, expiresInMs } as const;
      await enqueueTask(tx, armTask(experiment, arm));
    }
  }
  return {};
}

/** With an A/A period measuring begins after it; what is measured until then is no evidence. */
async function beginMeasuring(_tx: Tx, { experiment, now }: EffectInput): Promise<ExperimentPatch> {
  const begin = nextWindowStart(now, experiment.plan?.windowSeconds ?? 1);
  return calibrationMsOf(experiment.spec) > 0 ? { calibrateTime: begin } : { measureTime: begin };
}

async function holdArms(_tx: Tx, { now, settings }: EffectInput): Promise<ExperimentPatch> {
  return { holdUntil: new Date(now.getTime() + settings.decisionHoldMs) };
}

/** Calls off what is not done, stops all that runs, and lets other experiments have the hosts. */
export async function stopArms(
  tx: Tx,
  { experiment, now, reason }: Pick<EffectInput, "experiment" | "now" | "reason">,
): Promise<ExperimentPatch> {
  const { experimentId } = experiment;
  // Tasks before their subjects, the order in which an end of a task locks them.
  await cancelExperimentTasks(tx, experimentId, reason.slice(0, 1024));
  // Stops that were under way were called off too, so everything not stopped is asked to stop anew.
  await stopSubjects(tx, experiment, await getSubjects(tx, experimentId), now);
  await releaseHosts(tx, experimentId);
  return { holdUntil: null };
}

async function recordKept(tx: Tx, { experiment, actor, reason }: EffectInput): Promise<ExperimentPatch> {
  await appendEvent(tx, experiment.experimentId, {
    type: ExperimentEventType.KEPT,
    actor,
    message: `The arms are being stopped; nothing changes on the hosts. ${reason}`,
    phase: "completed",
  });
  return { outcome: "kept" };
}
