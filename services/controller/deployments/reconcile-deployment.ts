import type { Database, Tx } from "@phoenix/platform/database";
import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { type Act, type DeploymentView, decideRollout } from "./decide-rollout.ts";
import { readHostViews } from "./host-view-store.ts";
import { findJoining } from "./meant-hosts.ts";
import { perform } from "./perform.ts";
import type { DeploymentSettings } from "./settings.ts";
import { lockDeployment } from "./store.ts";
import type { TellDeps } from "./tell-hosts.ts";

/** What driving deployments needs. */
export interface DriveDeps extends TellDeps {
  db: Database;
  settings: DeploymentSettings;
  clock: () => Date;
  /** Agents had time to come back since this server started. */
  settled: () => boolean;
}

/** Acts of one look; far more than a deployment ever has to do at once. */
const mostActs = 200;

/**
 * Does everything there is to do for a deployment now, and says whether a
 * roll-out is under way. Each act is decided and done under the deployment's lock
 * in one transaction, so a crash leaves either the act undone or the act done,
 * and doing it again is harmless.
 */
export async function reconcileDeployment(
  deps: DriveDeps,
  deploymentId: string,
  signal: AbortSignal,
): Promise<"calm" | "under_way"> {
  for (let acts = 0; acts < mostActs && !signal.aborted; acts += 1) {
    let done: { act: Act; view: DeploymentView };
    try {
      done = await deps.db.transaction(async (tx) => {
        const view = await readView(tx, deps, deploymentId);
        const act = decideRollout(view, deps.settings);
        await perform(tx, deps, view, act);
        return { act, view };
      });
    } catch (error) {
      // Deleted meanwhile, by another replica that saw it to its end.
      if (isPhoenixError(error, ErrorReason.DEPLOYMENT_NOT_FOUND)) return "calm";
      throw error;
    }
    if (done.act.do === "forget") return "calm";
    if (done.act.do !== "nothing") continue;
    const { state } = done.view.deployment;
    return state === "rolled_out" || state === "rolled_back" || state === "stopped" ? "calm" : "under_way";
  }
  return "under_way";
}

async function readView(tx: Tx, deps: DriveDeps, deploymentId: string): Promise<DeploymentView> {
  const deployment = await lockDeployment(tx, deploymentId);
  const joining = await findJoining(tx, deployment.selector);
  const hosts = await readHostViews(tx, deploymentId, deployment.selector);
  return { deployment, joining, hosts, now: deps.clock(), settled: deps.settled() };
}
