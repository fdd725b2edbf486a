import { ExperimentEventType } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import { RenderPurpose } from "@phoenix/gen/phoenix/pipelines/v1/pipeline_service_pb.ts";
import type { Database, Queryable, Tx } from "@phoenix/platform/database";
import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { appendEvent } from "../events/index.ts";
import {
  baselineVariant,
  type ExperimentRecord,
  getExperiment,
  getExperimentHosts,
  lockExperiment,
  type RenderDeps,
  renderArm,
  setHostRollout,
  updateExperiment,
  wakeReconcilers,
} from "../experiments/index.ts";
import { findHosts, isQuarantined, setActivePipeline } from "../fleet/index.ts";
import { enqueueTask } from "../tasks/index.ts";
import { activeTask } from "./active-task.ts";
import { countOf } from "./count-of.ts";
import { decidePromotion } from "./decide-promotion.ts";
import { holdBackMeasurement } from "./hold-back.ts";
import { checkHoldBack, type HoldBackRequest, planHoldBack } from "./plan-hold-back.ts";

/** A promotion that was asked for. */
export interface PromotionRequest extends HoldBackRequest {
  experimentId: string;
  /** The candidate; empty where there is only one. */
  variant: string;
  /** Promote against the verdict or a quarantine. */
  force: boolean;
  /** The reason a person gave. */
  userReason: string;
  actor: string;
}

/** A promotion that may be made, rendered. */
export interface PreparedPromotion {
  variant: string;
  pipeline: string;
  configDigest: string;
  /** What hosts that are held back run: the baseline, exporting for real. Null where none are. */
  heldBack: { pipeline: string; configDigest: string } | null;
}

/**
 * Checks a promotion and renders the candidate for the real backends, in the
 * version that was measured; without backends that is the digest that was
 * measured. The same for the baseline, where hosts are held back. Writes nothing.
 * @throws PhoenixError VERDICT_FORBIDS_PROMOTION, ILLEGAL_TRANSITION, CONFIG_QUARANTINED, and what the pipelines service refuses with.
 */
export async function preparePromotion(
  deps: RenderDeps & { db: Queryable },
  request: PromotionRequest,
): Promise<PreparedPromotion> {
  const experiment = await getExperiment(deps.db, request.experimentId);
  const { variant } = await checkPromotion(deps.db, experiment, request);
  const candidate = await renderMeasured(deps, experiment, variant);
  await checkQuarantine(deps.db, candidate.configDigest, request.force);
  const heldBack = request.holdBackHosts > 0 ? await renderMeasured(deps, experiment, baselineVariant) : null;
  return { variant, ...candidate, heldBack };
}

async function renderMeasured(deps: RenderDeps, experiment: ExperimentRecord, variant: string) {
  const arm = experiment.spec.arms.find((one) => one.variant === variant)!;
  const { version, pipeline } = experiment.arms[variant]!;
  const how = { purpose: RenderPurpose.EXPORT, validate: true, version };
  const { configDigest } = await renderArm(deps, experiment.spec, arm, how);
  return { pipeline, configDigest };
}

/** Makes the candidate what the hosts are to run, and gives the agents their tasks; all in the caller's transaction. */
export async function beginPromotion(
  tx: Tx,
  request: PromotionRequest,
  prepared: PreparedPromotion,
): Promise<ExperimentRecord> {
  const experiment = await lockExperiment(tx, request.experimentId);
  const { hosts: only } = await checkPromotion(tx, experiment, request);
  await checkQuarantine(tx, prepared.configDigest, request.force);
  const { experimentId } = experiment;
  const { pipeline, configDigest, variant } = prepared;
  checkHoldBack(request, only !== null);
  const hosts = (await existingHosts(tx, experimentId)).filter((host) => only === null || only.includes(host.hostId));
  if (hosts.length === 0) {
    throw phoenixError(
      ErrorReason.HOST_NOT_FOUND,
      `None of the hosts of the experiment ${experimentId} is enrolled any more, so there is nothing to promote on.`,
    );
  }
  const { heldBack, until, words } = planHoldBack(experiment, request, hosts);
  const holdBackUntil = until ?? experiment.holdBackUntil;
  const promotedCount = hosts.length - heldBack.size;
  await appendEvent(tx, experimentId, {
    type: ExperimentEventType.PROMOTION_REQUESTED,
    actor: request.actor,
    message: `${describe(experiment, prepared, request.force, promotedCount)}${words}`,
    phase: experiment.phase,
    userReason: request.userReason,
  });
  for (const { hostId, rolloutTry } of hosts) {
    const isHeldBack = heldBack.has(hostId);
    const wanted = isHeldBack ? prepared.heldBack! : { pipeline, configDigest };
    const { previous } = await setActivePipeline(tx, hostId, { ...wanted, experimentId });
    const measured = { ...experiment, promotedVariant: variant };
    const how = {
      replaces: previous !== null,
      round: String(rolloutTry + 1),
      ...(holdBackUntil === null ? {} : { measurement: holdBackMeasurement(measured, isHeldBack) }),
    };
    const taskId = await enqueueTask(tx, activeTask(experimentId, hostId, wanted, how));
    const kept = previous && {
      pipeline: previous.pipeline,
      configDigest: previous.configDigest,
      experimentId: previous.experimentId,
    };
    await setHostRollout(tx, experimentId, hostId, {
      state: "pending",
      taskId,
      previous: kept,
      message: "",
      // Repeated after a hold-back, it leaves on record who was held back.
      ...(only === null ? { heldBack: isHeldBack } : {}),
    });
  }
  await wakeReconcilers(tx);
  return updateExperiment(tx, experimentId, {
    rollout: "promoting",
    outcome: null,
    holdUntil: null,
    holdBackUntil,
    promotedVariant: variant,
    promotedDigest: configDigest,
    phaseReason: `${variant} is being promoted on ${countOf(promotedCount)}.${words}`,
  });
}

/** Puts a refused promotion among the events, with who asked and why it was refused. */
export async function recordRefusal(db: Database, request: PromotionRequest, refusal: PhoenixError): Promise<void> {
  await db.transaction(async (tx) => {
    const experiment = await lockExperiment(tx, request.experimentId);
    await appendEvent(tx, request.experimentId, {
      type: ExperimentEventType.PROMOTION_REFUSED,
      actor: request.actor,
      message: `A promotion was refused. ${refusal.message}`,
      phase: experiment.phase,
      userReason: request.userReason,
    });
  });
}

async function checkPromotion(q: Queryable, experiment: ExperimentRecord, request: PromotionRequest) {
  const { experimentId } = experiment;
  const decision = decidePromotion(experiment, await getExperimentHosts(q, experimentId), request);
  if ("variant" in decision) return decision;
  throw phoenixError(decision.reason, decision.message, { metadata: { experimentId } });
}

async function checkQuarantine(q: Queryable, configDigest: string, force: boolean): Promise<void> {
  const reason = await isQuarantined(q, configDigest);
  if (reason === null || force) return;
  throw phoenixError(
    ErrorReason.CONFIG_QUARANTINED,
    `The configuration ${configDigest.slice(0, 12)} is quarantined: ${reason} To promote it all the same, repeat with --force --reason "<why>".`,
    { metadata: { configDigest } },
  );
}

async function existingHosts(tx: Tx, experimentId: string) {
  const hosts = await getExperimentHosts(tx, experimentId);
  const ids = hosts.map((host) => host.hostId);
  const { found } = await findHosts(tx, { hosts: ids, labels: {} });
  const known = new Set(found.map((host) => host.hostId));
  return hosts.filter((host) => known.has(host.hostId));
}

function describe(experiment: ExperimentRecord, prepared: PreparedPromotion, force: boolean, hosts: number): string {
  const measured = experiment.arms[prepared.variant]?.digest ?? "";
  const same =
    measured === prepared.configDigest ? "as measured" : `measured as ${measured.slice(0, 12)}; it differs in backends`;
  const forced = force ? ", forced" : "";
  return `Promotion of ${prepared.variant} asked for on ${countOf(hosts)}${forced}: configuration ${prepared.configDigest.slice(0, 12)}, ${same}.`;
}
