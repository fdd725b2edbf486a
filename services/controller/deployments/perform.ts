import { DeploymentEventType } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { stepStarted } from "./begin-rollout.ts";
import type { Act, DeploymentView } from "./decide-rollout.ts";
import { appendDeploymentEvents } from "./deployment-events.ts";
import { dwellMsOf } from "./deployment-record.ts";
import { failGate } from "./fail-gate.ts";
import { type HostView, isHere } from "./host-view.ts";
import { deleteHosts, insertHosts, markAnnounced } from "./hosts-store.ts";
import { noteDrift } from "./note-drift.ts";
import type { DeploymentSettings } from "./settings.ts";
import { updateDeployment } from "./store.ts";
import { type TellDeps, takeOff, tellHosts } from "./tell-hosts.ts";
import { setOutcome } from "./versions-store.ts";

/** Does what was decided for a locked deployment, in the caller's transaction. */
export async function perform(
  tx: Tx,
  deps: TellDeps & { settings: DeploymentSettings },
  view: DeploymentView,
  act: Act,
): Promise<void> {
  const { deployment, now } = view;
  switch (act.do) {
    case "nothing":
      return rest(tx, deps.settings, view, act.waits);
    case "take_in":
      return takeIn(tx, view, act.hostIds);
    case "drop":
      return drop(tx, deps, view, act.hosts);
    case "announce":
      return announce(tx, view, act.hosts);
    case "tell":
      return tellHosts(tx, deps, deployment, { hosts: act.hosts, now });
    case "settle":
      await updateDeployment(tx, deployment.deploymentId, { settledTime: now, stateReason: watching(view) }, now);
      return;
    case "pass_step":
      return passStep(tx, view);
    case "fail_gate":
      return failGate(tx, deployment, { ...act, now });
    case "finish":
      // Whoever waited for the end sees how the hosts stand at the end.
      await noteDrift(tx, view, deps.settings);
      return finish(tx, view);
    case "forget":
      return forget(tx, view);
  }
}

async function rest(
  tx: Tx,
  settings: DeploymentSettings,
  view: DeploymentView,
  waits: string | undefined,
): Promise<void> {
  const { deploymentId, stateReason } = view.deployment;
  await noteDrift(tx, view, settings);
  if (waits === undefined || waits === stateReason) return;
  await updateDeployment(tx, deploymentId, { stateReason: waits }, view.now);
}

async function takeIn(tx: Tx, { deployment, hosts, now }: DeploymentView, hostIds: readonly string[]): Promise<void> {
  const { deploymentId, steps, targetVersion, wantedVersion } = deployment;
  const step = Math.max(1, steps);
  const order = hostIds.map((hostId) => ({ hostId, step }));
  // Where nothing is to be run, there is nothing to wait for.
  const phase = targetVersion === 0 ? "applied" : "waiting";
  const joined = await insertHosts(tx, deploymentId, order, { wantedVersion: targetVersion, phase, now });
  if (joined.length === 0) return;
  const count = `${counted(joined.length)} came to the selector; there are ${hosts.length + joined.length} now.`;
  await appendDeploymentEvents(tx, deploymentId, [hostsChanged(count, joined, wantedVersion)]);
}

async function drop(tx: Tx, deps: TellDeps, view: DeploymentView, leaving: readonly HostView[]): Promise<void> {
  const { deploymentId, wantedVersion } = view.deployment;
  await takeOff(tx, deps, deploymentId, { hosts: leaving, now: view.now });
  const hostIds = leaving.map((host) => host.hostId);
  await deleteHosts(tx, deploymentId, hostIds);
  const count = `${counted(leaving.length)} left the selector, and the pipeline is taken off: ${namesOf(leaving)}.`;
  await appendDeploymentEvents(tx, deploymentId, [hostsChanged(count, hostIds, wantedVersion)]);
}

function hostsChanged(message: string, hostIds: readonly string[], version: number) {
  const only = hostIds.length === 1 ? { hostId: hostIds[0]! } : {};
  return { type: DeploymentEventType.HOSTS_CHANGED, message, version, ...only };
}

async function announce(tx: Tx, { deployment }: DeploymentView, refusals: readonly HostView[]): Promise<void> {
  const { deploymentId } = deployment;
  await appendDeploymentEvents(
    tx,
    deploymentId,
    refusals.map(({ hostId, hostName, message, wantedVersion: version }) => ({
      type: DeploymentEventType.HOST_FAILED,
      message: `${hostName} did not take ${version === 0 ? "what it ran before" : `version ${version}`}: ${message}`,
      hostId,
      version,
    })),
  );
  await markAnnounced(
    tx,
    deploymentId,
    refusals.map((host) => host.hostId),
  );
}

async function passStep(tx: Tx, { deployment, hosts, now }: DeploymentView): Promise<void> {
  const { deploymentId, step, steps, wantedVersion: version } = deployment;
  const next = step + 1;
  const due = hosts.filter((host) => host.step === next).length;
  await appendDeploymentEvents(tx, deploymentId, [
    { type: DeploymentEventType.STEP_PASSED, message: `Step ${step} of ${steps} passed its gates.`, version },
    stepStarted(next, steps, due, version),
  ]);
  const stateReason = `Version ${version} is being rolled out: step ${next} of ${steps}.`;
  await updateDeployment(tx, deploymentId, { step: next, settledTime: null, stateReason }, now);
}

function watching({ deployment }: DeploymentView): string {
  const { step, steps, strategy } = deployment;
  return `Step ${step} of ${steps} is watched for ${Math.round(dwellMsOf(strategy) / 1000)} s.`;
}

async function finish(tx: Tx, view: DeploymentView): Promise<void> {
  const { deploymentId, state, step, steps, targetVersion, wantedVersion: version } = view.deployment;
  const back = state === "rolling_back";
  const what = targetVersion === 0 ? "what it ran before the deployment" : `version ${targetVersion}`;
  const message = `${summaryOf(view, what)}`;
  const passed = {
    type: DeploymentEventType.STEP_PASSED,
    message: `Step ${step} of ${steps} passed its gates.`,
    version,
  };
  await appendDeploymentEvents(tx, deploymentId, [
    ...(back || step === 0 ? [] : [passed]),
    { type: back ? DeploymentEventType.ROLLED_BACK : DeploymentEventType.ROLLED_OUT, message, version },
  ]);
  if (targetVersion > 0) await setOutcome(tx, deploymentId, targetVersion, message);
  await updateDeployment(
    tx,
    deploymentId,
    { state: back ? "rolled_back" : "rolled_out", stateReason: message, step: 0, settledTime: null },
    view.now,
  );
}

function summaryOf({ hosts }: DeploymentView, what: string): string {
  const applied = hosts.filter((host) => host.phase === "applied").length;
  const failed = hosts.filter((host) => host.phase === "failed").length;
  const away = hosts.filter((host) => host.phase !== "failed" && host.phase !== "applied" && !isHere(host)).length;
  if (applied === hosts.length) return `Every host runs ${what}.`;
  const rest = [
    failed > 0 ? `${counted(failed)} refused it` : "",
    away > 0 ? (away === 1 ? "1 host follows when it is back" : `${away} hosts follow when they are back`) : "",
  ];
  const others = rest.filter((text) => text !== "").join("; ") || "the others are still at it";
  return `${applied} of ${hosts.length} hosts run ${what}; ${others}.`;
}

async function forget(tx: Tx, { deployment, hosts, now }: DeploymentView): Promise<void> {
  const { deploymentId } = deployment;
  await deleteHosts(
    tx,
    deploymentId,
    hosts.map((host) => host.hostId),
  );
  await updateDeployment(tx, deploymentId, { deleteTime: now, stateReason: "It is deleted." }, now);
}

function counted(hosts: number): string {
  return hosts === 1 ? "1 host" : `${hosts} hosts`;
}

function namesOf(hosts: readonly HostView[]): string {
  const more = hosts.length > 3 ? ` and ${hosts.length - 3} more` : "";
  return `${hosts
    .slice(0, 3)
    .map((host) => host.hostName)
    .join(", ")}${more}`;
}
