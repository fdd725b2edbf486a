import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { AnalysisPlan } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { fromConnectError } from "@phoenix/platform/errors";
import { appendEvent } from "../events/index.ts";
import { enqueueTask } from "../tasks/index.ts";
import { type AnalyzeDeps, callTimeoutMs } from "./analyze.ts";
import { nextWindowStart } from "./block-schedule.ts";
import { calibratePlan, describeCalibration } from "./calibration.ts";
import { deadlineOf } from "./deadlines.ts";
import type { ExperimentView } from "./decide-step.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { deadlineInputOf } from "./move-phase.ts";
import type { ExperimentSettings } from "./settings.ts";
import { baselineVariant, candidatesOf, maxDurationMsOf } from "./spec.ts";
import { lockExperiment, updateExperiment } from "./store.ts";
import { storeFailure } from "./store-failure.ts";
import { armTask } from "./subject-tasks.ts";
import { takeNextDigests } from "./subjects-store.ts";

/**
 * Has an A/A period evaluated, freezes the plan and gives the candidates their
 * own configuration; the last two in one transaction. A failure changes nothing
 * but the reason, and is tried again.
 */
export async function calibrate(
  deps: AnalyzeDeps,
  view: ExperimentView,
  span: { start: Date; end: Date },
  signal: AbortSignal,
): Promise<void> {
  const { experiment } = view;
  let plan: AnalysisPlan;
  try {
    plan = await ask(deps, view, span, signal);
  } catch (error) {
    // The one who stops this replica is no trouble of the experiment.
    if (signal.aborted) return;
    const words = `The A/A period could not be evaluated and that is being tried again: ${fromConnectError(error).message}`;
    await storeFailure(deps, experiment, words);
    return;
  }
  await deps.db.transaction((tx) => bringOwn(tx, deps, experiment, plan));
}

async function ask(
  { analytics }: AnalyzeDeps,
  { experiment, hosts }: ExperimentView,
  { start, end }: { start: Date; end: Date },
  signal: AbortSignal,
): Promise<AnalysisPlan> {
  const { calibration, blockWindows, shortcomings } = await analytics.calibrateExperiment(
    {
      experimentId: experiment.experimentId,
      plan: experiment.plan!,
      baselineVariant,
      candidateVariants: candidatesOf(experiment.spec),
      hostIds: hosts.map((host) => host.hostId),
      startTime: timestampFromDate(start),
      endTime: timestampFromDate(end),
    },
    { signal, timeoutMs: callTimeoutMs },
  );
  if (calibration === undefined) throw new Error("the evaluation says nothing of the period");
  return calibratePlan(experiment.plan!, { calibration, blockWindows, shortcomings });
}

async function bringOwn(
  tx: Tx,
  { settings, clock }: AnalyzeDeps,
  seen: ExperimentRecord,
  plan: AnalysisPlan,
): Promise<void> {
  const experiment = await lockExperiment(tx, seen.experimentId);
  // Cancelled meanwhile, or another replica was faster: its result stands.
  if (experiment.phase !== seen.phase || experiment.plan?.calibrated !== false) return;
  const now = clock();
  const after = { ...experiment, plan };
  const arms = await takeNextDigests(tx, experiment.experimentId, now);
  for (const { hostId, variant, configDigest } of arms) {
    const expiresInMs = settings.initializingTimeoutMs;
    const arm = { begin: "update", hostId, variant, as: variant, configDigest, expiresInMs } as const;
    await enqueueTask(tx, armTask(after, arm));
  }
  await updateExperiment(tx, experiment.experimentId, {
    plan,
    analysisFailures: 0,
    analysisRetryAt: null,
    phaseReason: "The A/A period is over; the candidates are being given their own configuration.",
    phaseDeadline: deadlineOf("running", deadlineInputOf(after, now), settings),
  });
}

/** Begins to measure, once every arm runs its own configuration; in the caller's transaction. */
export async function endCalibration(
  tx: Tx,
  experiment: ExperimentRecord,
  { now, settings }: { now: Date; settings: ExperimentSettings },
): Promise<void> {
  const plan = experiment.plan!;
  const measureTime = nextWindowStart(now, plan.windowSeconds);
  const message = describeCalibration(plan, maxDurationMsOf(experiment.spec));
  await appendEvent(tx, experiment.experimentId, {
    type: ExperimentEventType.CALIBRATED,
    actor: "system",
    message,
    phase: experiment.phase,
  });
  await updateExperiment(tx, experiment.experimentId, {
    measureTime,
    phaseReason: `${message} Measuring begins.`,
    phaseDeadline: deadlineOf("running", deadlineInputOf({ ...experiment, measureTime }, now), settings),
  });
}
