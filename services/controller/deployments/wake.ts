import type { Tx } from "@phoenix/platform/database";

/** The channel reconcilers and watchers listen on; the payload is the deployment's id. */
export const deploymentChannel = "phoenix_deployments";

/** Wakes those who drive or watch a deployment, on all replicas, when the transaction commits. */
export async function wakeDeployments(tx: Tx, deploymentId: string): Promise<void> {
  await tx.query("SELECT pg_notify($1, $2)", [deploymentChannel, deploymentId]);
}
