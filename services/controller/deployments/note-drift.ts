import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import type { DeploymentView } from "./decide-rollout.ts";
import { appendDeploymentEvents, type NewDeploymentEvent } from "./deployment-events.ts";
import type { Drift, HostView } from "./host-view.ts";
import { awaitAgain, type DriftChange, storeDrift } from "./hosts-store.ts";
import { judgeDrift } from "./judge-drift.ts";
import type { DeploymentSettings } from "./settings.ts";
import { wakeDeployments } from "./wake.ts";

/** Repairs in a row after which a host is left to a person. */
const mostRepairs = 5;

/** Stores how the hosts stand, tells of those that drifted and came back, and repairs where that is wanted. */
export async function noteDrift(tx: Tx, view: DeploymentView, settings: DeploymentSettings): Promise<void> {
  const { deployment, hosts, now } = view;
  const { deploymentId } = deployment;
  const changes: DriftChange[] = [];
  const events: NewDeploymentEvent[] = [];
  const repairs: string[] = [];
  for (const host of hosts) {
    const { drift, detail } = judgeDrift(host, { ...deployment, now }, settings);
    const isNew = drift !== host.drift;
    if (isNew || detail !== host.driftDetail) changes.push({ hostId: host.hostId, drift, detail, isNew });
    if (isNew) events.push(...eventsOf(host, drift, detail));
    if (mayRepair(deployment) && isRepairDue(host, drift, now, settings)) repairs.push(host.hostId);
  }
  if (changes.length > 0) {
    await storeDrift(tx, deploymentId, changes, now);
    await wakeDeployments(tx, deploymentId);
  }
  await appendDeploymentEvents(tx, deploymentId, events);
  if (repairs.length === 0) return;
  await awaitAgain(tx, deploymentId, repairs, now);
  await wakeDeployments(tx, deploymentId);
}

function mayRepair({ repairDrift, state }: DeploymentView["deployment"]): boolean {
  return repairDrift && (state === "rolled_out" || state === "rolled_back");
}

/** Drift that somebody else decided, or that the version itself is the reason of, is not fought. */
function isRepairDue(host: HostView, drift: Drift, now: Date, { repairIntervalMs }: DeploymentSettings): boolean {
  if (host.phase !== "applied" || host.wantedVersion === 0 || host.repairs >= mostRepairs) return false;
  if (drift !== "edited" && drift !== "failed") return false;
  const waitMs = repairIntervalMs * 2 ** (host.repairs - 1);
  return host.repairTime === null || now.getTime() - host.repairTime.getTime() >= waitMs;
}

function eventsOf(host: HostView, drift: Drift, detail: string): NewDeploymentEvent[] {
  const { hostId, hostName, wantedVersion: version } = host;
  const drifted = drift === "edited" || drift === "overridden" || (drift === "failed" && host.phase === "applied");
  if (drifted) {
    const message = `${hostName} drifted (${drift}): ${detail}`;
    return [{ type: DeploymentEventType.HOST_DRIFTED, message, hostId, version }];
  }
  if (drift === "in_sync" && host.repairs > 0) {
    const message = `${hostName} runs what is wanted again.`;
    return [{ type: DeploymentEventType.HOST_REPAIRED, message, hostId, version }];
  }
  return [];
}
