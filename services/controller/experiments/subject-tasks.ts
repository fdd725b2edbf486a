import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { CollectorTaskSchema, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { stopLoadTask } from "../load-simulations/index.ts";
import type { NewTask } from "../tasks/index.ts";
import type { ExperimentRecord } from "./experiment-record.ts";
import { collectorIdOf, type Subject } from "./subjects-store.ts";

// Stops go first: what is to end must not wait behind what is to begin. Load,
// which has 10, goes before arms: both see the same processes from their first window on.
const priorities = { stop: 20, startArm: 5 } as const;

/** Tries of a start; more would only fill the time-out of the phase. */
const startTries = 3;
/** Tries of a stop in one round; the reconciler begins another round. */
const stopTries = 5;

/**
 * The task that starts an arm on a host, or brings one that runs another
 * configuration. `as` is the arm whose pipeline that is: in an A/A period every
 * arm runs the baseline's.
 */
export function armTask(
  experiment: ExperimentRecord,
  arm: {
    begin: "start" | "update";
    hostId: string;
    variant: string;
    as: string;
    configDigest: string;
    expiresInMs: number;
  },
): NewTask {
  const { experimentId, plan, spec } = experiment;
  const collectorId = collectorIdOf(experimentId, arm.variant);
  const rendered = experiment.arms[arm.as];
  return {
    hostId: arm.hostId,
    experimentId,
    kind: "collector",
    action: arm.begin === "start" ? TaskAction.START : TaskAction.UPDATE,
    subjectName: collectorId,
    subject: {
      case: "collector",
      value: create(CollectorTaskSchema, {
        collectorId,
        configDigest: arm.configDigest,
        pipeline: rendered?.pipeline ?? "",
        measurement: {
          experimentId,
          variant: arm.variant,
          windowSeconds: plan?.windowSeconds ?? 0,
          mustKeep: spec.mustKeep,
        },
        ...(rendered === undefined || rendered.intervalSeconds >= rendered.productionIntervalSeconds
          ? {}
          : { scrapeInterval: durationFromMs(rendered.intervalSeconds * 1000) }),
      }),
    },
    priority: priorities.startArm,
    maxAttempts: startTries,
    expiresInMs: arm.expiresInMs,
    dedupeKey: `${experimentId}/${arm.hostId}/${collectorId}/${arm.begin}`,
  };
}

/** The task that stops an arm or a load; it never expires, so a host that was away is told when it is back. */
export function stopTask(experiment: ExperimentRecord, subject: Subject): NewTask {
  const { experimentId } = experiment;
  const rest = {
    action: TaskAction.STOP,
    priority: priorities.stop,
    maxAttempts: stopTries,
    dedupeKey: `${experimentId}/${subject.hostId}/${subject.name}/stop/${subject.stopRound + 1}`,
  };
  if (subject.kind === "loadsim") {
    const load = { loadSimulationId: subject.name, hostId: subject.hostId, experimentId };
    return stopLoadTask(load, subject.stopRound + 1);
  }
  const pipeline = experiment.arms[subject.variant]?.pipeline ?? "";
  return {
    hostId: subject.hostId,
    experimentId,
    kind: "collector",
    subjectName: subject.name,
    subject: { case: "collector", value: create(CollectorTaskSchema, { collectorId: subject.name, pipeline }) },
    ...rest,
  };
}
