import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import {
  DeploymentService,
  type RollbackDeploymentRequest,
} from "@phoenix/gen/phoenix/controller/v1/deployment_service_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import {
  appendDeploymentEvents,
  awaitAgain,
  awaitBefore,
  beginRollback,
  type Cause,
  type DeploymentRecord,
  getVersion,
  type HostView,
  lockDeployment,
  readHostViews,
  refuseQuarantined,
  setOutcome,
  updateDeployment,
  type VersionRecord,
  wakeDeployments,
} from "../deployments/index.ts";
import { quarantineConfig } from "../fleet/index.ts";
import { answerOnce } from "./answer-once.ts";
import { checkDeploymentEtag, checkNotDeleting, illegalNow } from "./deployment-checks.ts";
import { readDeploymentMessage } from "./deployment-message.ts";
import type { DeploymentServiceOptions } from "./deployment-service.ts";

const methods = DeploymentService.method;

type ActCalls = Pick<
  ServiceImpl<typeof DeploymentService>,
  "rollbackDeployment" | "pauseDeployment" | "resumeDeployment" | "repairDeployment" | "deleteDeployment"
>;

/** The calls that act on a roll-out. */
export function createDeploymentActs(options: DeploymentServiceOptions): ActCalls {
  const { db, settings, clock, callerOf } = options;
  const causeOf = (context: HandlerContext, userReason: string): Cause => ({
    actor: callerOf(context),
    userReason,
    now: clock(),
  });
  const answer = async (tx: Tx, record: DeploymentRecord) => {
    await wakeDeployments(tx, record.deploymentId);
    return { deployment: await readDeploymentMessage(tx, record, settings) };
  };

  return {
    rollbackDeployment: (request, context) =>
      answerOnce(db, methods.rollbackDeployment, request, async (tx) => {
        const record = await lockDeployment(tx, request.deploymentId);
        checkNotDeleting(record);
        return answer(tx, await rollBackTo(tx, record, request, causeOf(context, request.reason)));
      }),

    pauseDeployment: (request, context) =>
      answerOnce(db, methods.pauseDeployment, request, async (tx) => {
        const record = await lockDeployment(tx, request.deploymentId);
        checkDeploymentEtag(record, request.etag);
        if (record.state === "paused") return answer(tx, record);
        if (record.state !== "rolling_out") throw illegalNow(record, "only a roll-out under way can be paused");
        const { actor, userReason, now } = causeOf(context, request.reason);
        const { deploymentId, step, steps, wantedVersion: version } = record;
        const message = `${actor} paused it in step ${step} of ${steps}. Its gates are watched on.`;
        await appendDeploymentEvents(tx, deploymentId, [
          { type: DeploymentEventType.PAUSED, actor, message, version, userReason },
        ]);
        return answer(tx, await updateDeployment(tx, deploymentId, { state: "paused", stateReason: message }, now));
      }),

    resumeDeployment: (request, context) =>
      answerOnce(db, methods.resumeDeployment, request, async (tx) => {
        const record = await lockDeployment(tx, request.deploymentId);
        checkDeploymentEtag(record, request.etag);
        if (record.state === "rolling_out") return answer(tx, record);
        if (record.state !== "paused" && record.state !== "stopped") {
          throw illegalNow(record, "only a roll-out that was paused or stopped can go on");
        }
        return answer(tx, await resume(tx, record, causeOf(context, request.reason)));
      }),

    repairDeployment: (request, context) =>
      answerOnce(db, methods.repairDeployment, request, async (tx) => {
        const record = await lockDeployment(tx, request.deploymentId);
        checkNotDeleting(record);
        const { hostIds, reason } = request;
        const hosts = await repair(tx, record, hostIds, causeOf(context, reason));
        return { ...(await answer(tx, record)), hosts };
      }),

    deleteDeployment: (request, context) =>
      answerOnce(db, methods.deleteDeployment, request, async (tx) => {
        const record = await lockDeployment(tx, request.deploymentId);
        checkDeploymentEtag(record, request.etag);
        if (record.state === "deleting") return answer(tx, record);
        const { actor, userReason, now } = causeOf(context, request.reason);
        const { deploymentId, wantedVersion: version } = record;
        const stateReason = `${actor} deleted it; its pipeline is being taken off the hosts.`;
        await awaitBefore(tx, deploymentId, "nothing");
        await appendDeploymentEvents(tx, deploymentId, [
          { type: DeploymentEventType.DELETED, actor, message: stateReason, version, userReason },
        ]);
        const patch = { state: "deleting" as const, stateReason, targetVersion: 0, step: 0, settledTime: null };
        return answer(tx, await updateDeployment(tx, deploymentId, patch, now));
      }),
  };
}

async function rollBackTo(
  tx: Tx,
  record: DeploymentRecord,
  request: RollbackDeploymentRequest,
  cause: Cause,
): Promise<DeploymentRecord> {
  const { deploymentId, name, state, targetVersion, wantedVersion } = record;
  const left = (await getVersion(tx, deploymentId, wantedVersion))!;
  const to = await chooseVersion(tx, record, left, request.version);
  if (to.version === targetVersion) throw illegalNow(record, `version ${to.version} is the one wanted already`);
  await refuseQuarantined(tx, to.configDigest);
  const why = `${cause.actor} asked for it${cause.userReason === "" ? "" : `: ${cause.userReason}`}.`;
  if (request.quarantine && left.configDigest !== to.configDigest) {
    const reason = `Version ${left.version} of the deployment ${name} was rolled back. ${why}`;
    await quarantineConfig(tx, left.configDigest, reason, left.pipeline);
  }
  await setOutcome(tx, deploymentId, left.version, `Rolled back. ${why}`);
  // What was left may be brought back only where it was given to every host and nothing was said against it.
  const sound = (state === "rolled_out" || state === "rolled_back") && !request.quarantine && targetVersion !== 0;
  const previousVersion = sound ? left.version : to.previousVersion;
  return beginRollback(tx, record, { to, previousVersion, why }, cause);
}

async function chooseVersion(
  tx: Tx,
  record: DeploymentRecord,
  left: VersionRecord,
  asked: number,
): Promise<VersionRecord> {
  const number = asked === 0 ? left.previousVersion : asked;
  if (number === null)
    throw illegalNow(record, "there is no version before this one. Delete it to take its pipeline off");
  const found = await getVersion(tx, record.deploymentId, number);
  if (found === null)
    throw illegalNow(record, `it has no version ${number}. List its versions to see the ones there are`);
  return found;
}

async function resume(tx: Tx, record: DeploymentRecord, { actor, userReason, now }: Cause): Promise<DeploymentRecord> {
  const { deploymentId, state, selector, step, steps, wantedVersion: version } = record;
  if (state === "stopped") {
    await refuseQuarantined(tx, (await getVersion(tx, deploymentId, version))!.configDigest);
    // What failed the gate is asked again; it would fail it again otherwise.
    const told = (await readHostViews(tx, deploymentId, selector)).filter((host) => host.phase !== "waiting");
    await awaitAgain(
      tx,
      deploymentId,
      told.map((host) => host.hostId),
      null,
    );
  }
  const message = `${actor} resumed it in step ${step} of ${steps}.`;
  await appendDeploymentEvents(tx, deploymentId, [
    { type: DeploymentEventType.RESUMED, actor, message, version, userReason },
  ]);
  const patch = { state: "rolling_out" as const, stateReason: message, settledTime: null };
  return updateDeployment(tx, deploymentId, patch, now);
}

const repairable: ReadonlySet<HostView["drift"]> = new Set(["failed", "edited", "overridden"]);

/** Has hosts told again what they are to run, and gives their number. */
async function repair(tx: Tx, record: DeploymentRecord, hostIds: readonly string[], cause: Cause): Promise<number> {
  const { deploymentId, selector, state, targetVersion } = record;
  if (state === "paused" || state === "stopped") {
    throw illegalNow(record, "nothing is told to hosts now. Resume it, or roll it back, then repair what drifted");
  }
  if (targetVersion === 0) throw illegalNow(record, "it wants nothing of its hosts");
  await refuseQuarantined(tx, (await getVersion(tx, deploymentId, targetVersion))!.configDigest);
  const hosts = (await readHostViews(tx, deploymentId, selector)).filter(
    (host) => hostIds.length === 0 || hostIds.includes(host.hostId) || hostIds.includes(host.hostName),
  );
  const drifted = hosts.filter((host) => repairable.has(host.drift) && host.phase !== "waiting");
  await awaitAgain(
    tx,
    deploymentId,
    drifted.map((host) => host.hostId),
    cause.now,
  );
  return drifted.length;
}
