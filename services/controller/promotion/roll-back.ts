import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { appendEvent } from "../events/index.ts";
import {
  type ExperimentHostRecord,
  type ExperimentRecord,
  type ExperimentSettings,
  getExperimentHosts,
  keepHosts,
  lockExperiment,
  movePhase,
  setHostRollout,
  stopArms,
  updateExperiment,
  wakeReconcilers,
} from "../experiments/index.ts";
import { findHosts, getActivePipelines, quarantineConfig, setActivePipeline } from "../fleet/index.ts";
import { enqueueTask } from "../tasks/index.ts";
import { activeTask } from "./active-task.ts";
import { concludeRollout } from "./conclude-rollout.ts";
import { decideRollback } from "./decide-rollback.ts";

/** A rollback that was asked for. */
export interface RollbackRequest {
  experimentId: string;
  /** The reason a person gave. */
  userReason: string;
  actor: string;
  now: Date;
  settings: ExperimentSettings;
}

/**
 * Takes a promotion back on every host and quarantines its configuration; where
 * nothing was promoted, stops the arms. All in the caller's transaction.
 * @throws PhoenixError ILLEGAL_TRANSITION when there is nothing to take back.
 */
export async function rollBack(tx: Tx, request: RollbackRequest): Promise<ExperimentRecord> {
  const experiment = await lockExperiment(tx, request.experimentId);
  const act = decideRollback(experiment);
  if ("refusal" in act) throw illegal(experiment.experimentId, act.refusal);
  await appendEvent(tx, experiment.experimentId, {
    type: ExperimentEventType.ROLLBACK_REQUESTED,
    actor: request.actor,
    message: act.message,
    phase: experiment.phase,
    userReason: request.userReason,
  });
  await wakeReconcilers(tx);
  const { actor, userReason, now, settings } = request;
  const reason = "A rollback was asked for.";
  if (act.act === "cancel")
    return movePhase(tx, experiment, { event: "cancel", actor, reason, userReason, now, settings });
  if (act.act === "keep") return keepHosts(tx, experiment, { actor, reason, userReason, now });
  return takeBack(tx, experiment, request);
}

async function takeBack(tx: Tx, experiment: ExperimentRecord, request: RollbackRequest): Promise<ExperimentRecord> {
  const { experimentId, promotedDigest, promotedVariant } = experiment;
  const { actor, userReason, now } = request;
  // First, because it calls off every task there is: of the promotion, and stops that come anew.
  const patch = await stopArms(tx, { experiment, reason: "The promotion is being rolled back.", now });
  const { targets, others, replaced } = await findTargets(tx, experiment);
  if (targets.length === 0 && replaced > 0) {
    throw illegal(
      experimentId,
      "on every host something newer replaced what it promoted. Roll back the experiment that promoted that",
    );
  }
  for (const { hostId, previous, rolloutTry } of targets) {
    await setActivePipeline(tx, hostId, previous);
    const how = { replaces: true, round: String(rolloutTry + 1) };
    const taskId = await enqueueTask(tx, activeTask(experimentId, hostId, previous, how));
    await setHostRollout(tx, experimentId, hostId, { state: "pending", taskId, message: "" });
  }
  for (const { hostId } of others) await setHostRollout(tx, experimentId, hostId, { state: "done" });
  const why = userReason === "" ? "no reason given" : userReason;
  await quarantineConfig(tx, promotedDigest!, `${actor} rolled the experiment ${experimentId} back: ${why}.`);
  const count = targets.length === 1 ? "1 host" : `${targets.length} hosts`;
  const rolled = await updateExperiment(tx, experimentId, {
    ...patch,
    rollout: "rolling_back",
    outcome: null,
    holdBackUntil: null,
    phaseReason: `${promotedVariant} is being rolled back on ${count}.`,
  });
  return targets.length > 0 ? rolled : concludeAtOnce(tx, rolled);
}

/** Nobody is left who would answer. */
async function concludeAtOnce(tx: Tx, experiment: ExperimentRecord): Promise<ExperimentRecord> {
  const { event: _told, ...patch } = concludeRollout(experiment, [], 0)!;
  await appendEvent(tx, experiment.experimentId, {
    type: ExperimentEventType.ROLLED_BACK,
    actor: "system",
    message: patch.phaseReason,
    phase: experiment.phase,
  });
  return updateExperiment(tx, experiment.experimentId, patch);
}

/** Parts the hosts into those on which something is to be taken back and the others; counts those that run something newer. */
async function findTargets(tx: Tx, experiment: ExperimentRecord) {
  const { experimentId, rollout } = experiment;
  const hosts = (await getExperimentHosts(tx, experimentId)).filter((host) => host.rolloutState !== null);
  const ids = hosts.map((host) => host.hostId);
  const { found } = await findHosts(tx, { hosts: ids, labels: {} });
  const active = await getActivePipelines(tx, ids);
  const targets: ExperimentHostRecord[] = [];
  const others: ExperimentHostRecord[] = [];
  for (const host of hosts) {
    const exists = found.some(({ hostId }) => hostId === host.hostId);
    const again = rollout === "rolling_back" && host.rolloutState !== "done";
    const ours = active.get(host.hostId)?.experimentId === experimentId;
    if (exists && (again || ours)) targets.push(host);
    else others.push(host);
  }
  const replaced = others.filter(
    (host) => rollout !== "rolling_back" && active.has(host.hostId) && host.rolloutState === "done",
  );
  return { targets, others, replaced: replaced.length };
}

function illegal(experimentId: string, refusal: string) {
  return phoenixError(
    ErrorReason.ILLEGAL_TRANSITION,
    `The experiment ${experimentId} cannot be rolled back: ${refusal}.`,
    {
      metadata: { experimentId },
    },
  );
}
