/**
 * Deployments: pipelines on hosts outside experiments. Promises: a version goes
 * out step by step under gates, a gate that fails takes it back and quarantines
 * it, no host is told anything twice, and whatever crashes is taken up by any
 * replica from PostgreSQL at the step where it was.
 *
 * plan-steps, judge-gates, judge-drift, decide-rollout: rules, pure · perform and
 * what it calls: the transaction · reconciler: drives every deployment ·
 * prepare-version, choose-members: what is checked before.
 */
export { announceRollout, beginRollback, beginRollout, type Cause } from "./begin-rollout.ts";
export { chooseMembers, conflict } from "./choose-members.ts";
export { appendDeploymentEvents, readDeploymentEvents, readDeploymentEventsByCursor } from "./deployment-events.ts";
export { addFigures, readDeploymentFigures } from "./deployment-figures.ts";
export { type DeploymentRecord, type DeploymentState, stepRuleOf } from "./deployment-record.ts";
export type { Drift, HostView } from "./host-view.ts";
export { listHostViews, readHostViews } from "./host-view-store.ts";
export { awaitAgain, awaitBefore, countDrift, insertHosts } from "./hosts-store.ts";
export { planSteps } from "./plan-steps.ts";
export { type RenderDeps, refuseQuarantined, renderVersion } from "./prepare-version.ts";
export { createDeploymentReconciler, type DeploymentReconciler } from "./reconciler.ts";
export { type DeploymentSettings, deploymentDefaults } from "./settings.ts";
export {
  findDeployment,
  getDeployment,
  insertDeployment,
  listDeployments,
  lockDeployment,
  updateDeployment,
} from "./store.ts";
export { createHostEndListener } from "./task-end-listener.ts";
export {
  getVersion,
  getVersions,
  insertVersion,
  listVersions,
  setOutcome,
  type VersionContent,
  type VersionRecord,
} from "./versions-store.ts";
export { deploymentChannel, wakeDeployments } from "./wake.ts";
export { createDeploymentFeed, type DeploymentFeed } from "./watch-feed.ts";
