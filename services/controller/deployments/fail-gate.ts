import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { quarantineConfig } from "../fleet/index.ts";
import { beginRollback } from "./begin-rollout.ts";
import { appendDeploymentEvents } from "./deployment-events.ts";
import type { DeploymentRecord } from "./deployment-record.ts";
import type { GateFailure } from "./judge-gates.ts";
import { updateDeployment } from "./store.ts";
import { getVersion, setOutcome, type VersionRecord } from "./versions-store.ts";

/**
 * Acts on a gate that failed: the configuration is quarantined, and the hosts go
 * back to the version before or the roll-out stops where it is.
 */
export async function failGate(
  tx: Tx,
  deployment: DeploymentRecord,
  { failure, stopOnly, now }: { failure: GateFailure; stopOnly: boolean; now: Date },
): Promise<void> {
  const { deploymentId, name, wantedVersion, step, steps } = deployment;
  const failed = (await getVersion(tx, deploymentId, wantedVersion))!;
  const back = await findSoundVersion(tx, deploymentId, failed);
  const where = `in step ${step} of ${steps}`;
  const sentence = `The gate "${failure.gate}" failed ${where}: ${failure.words}`;
  // The same configuration ran before, so what failed is not the configuration.
  if (back?.configDigest !== failed.configDigest) {
    const reason = `Version ${wantedVersion} of the deployment ${name} failed ${where}: ${failure.words}`;
    await quarantineConfig(tx, failed.configDigest, reason, failed.pipeline);
  }
  const end = stopOnly ? "Stopped there" : "Rolled back by itself";
  await setOutcome(tx, deploymentId, wantedVersion, `${end}. ${sentence}`);
  await appendDeploymentEvents(tx, deploymentId, [
    { type: DeploymentEventType.GATE_FAILED, message: sentence, version: wantedVersion },
  ]);
  if (stopOnly) {
    const stateReason = `${sentence} The roll-out is stopped until someone decides: roll it back, or resume it.`;
    await updateDeployment(tx, deploymentId, { state: "stopped", stateReason, settledTime: null }, now);
    return;
  }
  const previousVersion = back?.previousVersion ?? null;
  await beginRollback(
    tx,
    deployment,
    { to: back, previousVersion, why: sentence },
    { actor: "system", userReason: "", now },
  );
}

/** The newest version before this one that is not quarantined; null when there is none. */
async function findSoundVersion(
  q: Queryable,
  deploymentId: string,
  version: VersionRecord,
): Promise<VersionRecord | null> {
  let { previousVersion } = version;
  while (previousVersion !== null) {
    const found: VersionRecord | null = await getVersion(q, deploymentId, previousVersion);
    if (found === null || !found.quarantined) return found;
    previousVersion = found.previousVersion;
  }
  return null;
}
