import type { MessageInitShape } from "@bufbuild/protobuf";
import type { MeasurementPlanSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { appendEvent } from "../events/index.ts";
import {
  baselineVariant,
  type ExperimentHostRecord,
  type ExperimentRecord,
  type ExperimentView,
  type RollOut,
  setHostRollout,
  updateExperiment,
  wakeReconcilers,
} from "../experiments/index.ts";
import { findHosts, getActivePipelines, setActivePipeline } from "../fleet/index.ts";
import { enqueueTask } from "../tasks/index.ts";
import { activeTask } from "./active-task.ts";
import { countOf } from "./count-of.ts";

/** Variants under which hosts are measured while some are held back. */
const promotedMeasurement = "promoted";
const heldBackMeasurement = "held-back";

/**
 * Length of a window during a hold-back, in seconds: collectors scrape as in
 * production then, and a window without a scrape would say that nothing is sent.
 */
export function holdBackWindowSeconds({ plan, arms, promotedVariant }: ExperimentRecord): number {
  const scraped = [baselineVariant, promotedVariant ?? ""].map(
    (variant) => arms[variant]?.productionIntervalSeconds ?? 0,
  );
  return Math.max(plan?.windowSeconds ?? 1, ...scraped.map(Math.ceil));
}

/** What is measured of the active collector of a host during a hold-back. */
export function holdBackMeasurement(
  experiment: ExperimentRecord,
  heldBack: boolean,
): MessageInitShape<typeof MeasurementPlanSchema> {
  return {
    experimentId: experiment.experimentId,
    variant: heldBack ? heldBackMeasurement : promotedMeasurement,
    windowSeconds: holdBackWindowSeconds(experiment),
    mustKeep: experiment.spec.mustKeep,
  };
}

/**
 * Creates what ends a hold-back that is over: the hosts that were held back are
 * promoted too, and nothing is measured any more. A host on which something
 * newer was promoted meanwhile is left alone.
 */
export function createEndHoldBack(): RollOut {
  return async (tx, { experiment, hosts }) => {
    const { experimentId, promotedVariant, promotedDigest } = experiment;
    const pipeline = experiment.arms[promotedVariant!]!.pipeline;
    const wanted = { pipeline, configDigest: promotedDigest!, experimentId };
    const present = await presentHosts(tx, experimentId, hosts);
    for (const host of present.filter((one) => !one.heldBack)) await endMeasuring(tx, experiment, host, wanted);
    const followers = present.filter((one) => one.heldBack);
    for (const { hostId, rolloutTry } of followers) {
      await setActivePipeline(tx, hostId, wanted);
      const how = { replaces: true, round: String(rolloutTry + 1) };
      const taskId = await enqueueTask(tx, activeTask(experimentId, hostId, wanted, how));
      await setHostRollout(tx, experimentId, hostId, { state: "pending", taskId, message: "" });
    }
    const phaseReason =
      followers.length === 0
        ? "The hold-back is over; no host that was held back is left to be promoted."
        : `The hold-back is over; ${promotedVariant} is being promoted on the ${countOf(followers.length)} held back, too.`;
    await appendEvent(tx, experimentId, {
      type: ExperimentEventType.HOLD_BACK_ENDED,
      actor: "system",
      message: phaseReason,
      phase: experiment.phase,
    });
    const rollout = followers.length === 0 ? experiment.rollout : "promoting";
    await updateExperiment(tx, experimentId, { holdBackUntil: null, rollout, phaseReason });
    await wakeReconcilers(tx);
  };
}

/** Gives hosts that were held back what they ran before, where the promotion came to nothing. */
export async function releaseHeldBack(tx: Tx, { experiment, hosts }: ExperimentView): Promise<void> {
  const { experimentId } = experiment;
  const held = (await presentHosts(tx, experimentId, hosts)).filter((host) => host.heldBack);
  for (const { hostId, previous, rolloutTry } of held) {
    await setActivePipeline(tx, hostId, previous);
    const how = { replaces: true, round: `${rolloutTry}/release` };
    await enqueueTask(tx, activeTask(experimentId, hostId, previous, how));
    await setHostRollout(tx, experimentId, hostId, { state: "done", message: "" });
  }
}

// The answer is of no consequence: a host that cannot apply it keeps running what it runs, and is measured on.
async function endMeasuring(
  tx: Tx,
  { experimentId }: ExperimentRecord,
  { hostId, rolloutState, rolloutTry }: ExperimentHostRecord,
  wanted: { pipeline: string; configDigest: string },
): Promise<void> {
  if (rolloutState === null || rolloutState === "failed") return;
  const how = { replaces: true, round: `${rolloutTry}/unmeasured` };
  await enqueueTask(tx, activeTask(experimentId, hostId, wanted, how));
}

/** The enrolled hosts that are to run what this experiment brought, or what they ran before because that failed. */
async function presentHosts(
  tx: Tx,
  experimentId: string,
  hosts: readonly ExperimentHostRecord[],
): Promise<ExperimentHostRecord[]> {
  const ids = hosts.map((host) => host.hostId);
  const { found } = await findHosts(tx, { hosts: ids, labels: {} });
  const known = new Set(found.map((host) => host.hostId));
  const active = await getActivePipelines(tx, ids);
  return hosts.filter(({ hostId, rolloutState, previous }) => {
    const runs = active.get(hostId);
    const asBefore = rolloutState === "failed" && runs?.configDigest === previous?.configDigest;
    return known.has(hostId) && (runs?.experimentId === experimentId || asBefore);
  });
}
