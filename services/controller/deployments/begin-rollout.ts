import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { appendDeploymentEvents } from "./deployment-events.ts";
import { type DeploymentRecord, stepRuleOf } from "./deployment-record.ts";
import { isReady } from "./host-view.ts";
import { readHostViews } from "./host-view-store.ts";
import { awaitBefore, awaitEarlierVersion, awaitVersion } from "./hosts-store.ts";
import { planSteps } from "./plan-steps.ts";
import { updateDeployment } from "./store.ts";
import { insertVersion, type NewVersion, type VersionRecord } from "./versions-store.ts";

/** Who begins it, and why. */
export interface Cause {
  actor: string;
  /** The reason a person gave. */
  userReason: string;
  now: Date;
}

/** Makes a version and rolls it out to the hosts of a locked deployment, step by step. */
export async function beginRollout(
  tx: Tx,
  deployment: DeploymentRecord,
  version: NewVersion,
  cause: Cause,
): Promise<DeploymentRecord> {
  const { deploymentId, selector, strategy } = deployment;
  const number = await insertVersion(tx, deploymentId, version);
  const hosts = await readHostViews(tx, deploymentId, selector);
  const ready = hosts.map((host) => ({ hostId: host.hostId, ready: isReady(host) }));
  const { steps, order } = planSteps(deploymentId, ready, stepRuleOf(strategy));
  await awaitVersion(tx, deploymentId, number, order);
  return announceRollout(
    tx,
    deployment,
    { version, number, steps, firstHosts: order.filter((one) => one.step === 1).length },
    cause,
  );
}

/** Tells of a roll-out whose hosts wait for it, and moves the deployment into its first step. */
export async function announceRollout(
  tx: Tx,
  { deploymentId }: Pick<DeploymentRecord, "deploymentId">,
  made: { version: NewVersion; number: number; steps: number; firstHosts: number },
  { actor, userReason, now }: Cause,
): Promise<DeploymentRecord> {
  const { version, number, steps, firstHosts } = made;
  const digest = version.configDigest.slice(0, 12);
  await appendDeploymentEvents(tx, deploymentId, [
    {
      type: DeploymentEventType.VERSION_CREATED,
      actor,
      message: `Version ${number} is asked for: ${version.pipeline}@${version.pipelineVersion}, configuration ${digest}.`,
      version: number,
      userReason,
    },
    ...(steps === 0 ? [] : [stepStarted(1, steps, firstHosts, number)]),
  ]);
  return updateDeployment(
    tx,
    deploymentId,
    {
      wantedVersion: number,
      targetVersion: number,
      state: "rolling_out",
      stateReason: `Version ${number} is being rolled out.`,
      step: Math.min(1, steps),
      steps,
      settledTime: null,
    },
    now,
  );
}

/** The event of a step that begins. */
export function stepStarted(step: number, steps: number, hosts: number, version: number) {
  const count = hosts === 1 ? "1 host" : `${hosts} hosts`;
  return {
    type: DeploymentEventType.STEP_STARTED,
    message: `Step ${step} of ${steps}: version ${version} goes to ${count}.`,
    version,
  };
}

/**
 * Takes the hosts of a locked deployment back to an earlier version, all at once
 * and as a new version; with none, to what each ran before the deployment.
 */
export async function beginRollback(
  tx: Tx,
  deployment: DeploymentRecord,
  back: { to: VersionRecord | null; previousVersion: number | null; why: string },
  { actor, userReason, now }: Cause,
): Promise<DeploymentRecord> {
  const { deploymentId, wantedVersion } = deployment;
  const { to, previousVersion, why } = back;
  let number = 0;
  if (to === null) await awaitBefore(tx, deploymentId, "before");
  else {
    const { outcome: _outcome, quarantined: _quarantined, version: _version, ...content } = to;
    const reason = userReason === "" ? why : userReason;
    number = await insertVersion(tx, deploymentId, { ...content, previousVersion, createTime: now, actor, reason });
    await awaitEarlierVersion(tx, deploymentId, number);
  }
  const what = to === null ? "what they ran before the deployment" : `version ${to.version}, as version ${number}`;
  const stateReason = `The hosts go back to ${what}. ${why}`;
  await appendDeploymentEvents(tx, deploymentId, [
    { type: DeploymentEventType.ROLLBACK_STARTED, actor, message: stateReason, version: wantedVersion, userReason },
  ]);
  return updateDeployment(
    tx,
    deploymentId,
    {
      wantedVersion: number === 0 ? wantedVersion : number,
      targetVersion: number,
      state: "rolling_back",
      stateReason,
      step: 0,
      settledTime: null,
    },
    now,
  );
}
