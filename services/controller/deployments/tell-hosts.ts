import type { Tx } from "@phoenix/platform/database";
import { setActivePipelines } from "../fleet/index.ts";
import { cancelTask, enqueueTasks, type TaskEndListener } from "../tasks/index.ts";
import type { DeploymentRecord } from "./deployment-record.ts";
import { type HostOrder, hostTask } from "./host-task.ts";
import { type HostView, isStillTold, type PipelineBefore } from "./host-view.ts";
import { markLeftAlone, markTold, type ToldHost } from "./hosts-store.ts";
import { updateDeployment } from "./store.ts";
import { getVersion } from "./versions-store.ts";

/** What telling hosts needs. */
export interface TellDeps {
  /** Told of tasks that are called off because something newer follows them. */
  onTaskEnd: TaskEndListener;
}

/** Gives hosts what they are to run: wanted pipeline, task and record, in the caller's transaction. */
export async function tellHosts(
  tx: Tx,
  deps: TellDeps,
  deployment: DeploymentRecord,
  { hosts, now }: { hosts: readonly HostView[]; now: Date },
): Promise<void> {
  const { deploymentId, targetVersion } = deployment;
  await cancelReplaced(tx, deps, hosts);
  if (targetVersion === 0) await tellBefore(tx, deploymentId, hosts, now);
  else {
    const version = (await getVersion(tx, deploymentId, targetVersion))!;
    const { pipeline, configDigest } = version;
    await tell(tx, deploymentId, { hosts, order: { pipeline, configDigest, version }, experimentId: null, now });
  }
  // Watching begins anew once these have answered.
  if (deployment.settledTime !== null) await updateDeployment(tx, deploymentId, { settledTime: null }, now);
}

/** Takes the pipeline off hosts that still run what the deployment told them; the rest is left alone. */
export async function takeOff(
  tx: Tx,
  deps: TellDeps,
  deploymentId: string,
  { hosts, now }: { hosts: readonly HostView[]; now: Date },
): Promise<void> {
  await cancelReplaced(tx, deps, hosts);
  const ours = hosts.filter(isStillTold);
  await tell(tx, deploymentId, { hosts: ours, order: null, experimentId: null, now });
}

/** Each gets what it ran before the deployment, unless somebody else decides what it runs by now. */
async function tellBefore(tx: Tx, deploymentId: string, hosts: readonly HostView[], now: Date): Promise<void> {
  const [ours, others] = [hosts.filter(isStillTold), hosts.filter((host) => !isStillTold(host))];
  const leftIds = others.map((host) => host.hostId);
  if (leftIds.length > 0) await markLeftAlone(tx, deploymentId, leftIds);
  const groups = Map.groupBy(ours, ({ before }) => JSON.stringify(before));
  for (const group of groups.values()) {
    const { before } = group[0]!;
    const order = before === null ? null : { ...before, version: null };
    await tell(tx, deploymentId, { hosts: group, order, experimentId: before?.experimentId ?? null, now });
  }
}

async function tell(
  tx: Tx,
  deploymentId: string,
  what: { hosts: readonly HostView[]; order: HostOrder; experimentId: string | null; now: Date },
): Promise<void> {
  const { hosts, order, experimentId, now } = what;
  if (hosts.length === 0) return;
  const hostIds = hosts.map((host) => host.hostId);
  const wanted = order && { pipeline: order.pipeline, configDigest: order.configDigest, experimentId };
  const previous = await setActivePipelines(tx, hostIds, wanted);
  const taskIds = await enqueueTasks(
    tx,
    hosts.map((host) => hostTask(deploymentId, host, order)),
  );
  const told: ToldHost[] = hosts.map(({ hostId }, index) => {
    const ran = previous.get(hostId);
    const before: PipelineBefore =
      ran === undefined
        ? null
        : { pipeline: ran.pipeline, configDigest: ran.configDigest, experimentId: ran.experimentId };
    return { hostId, taskId: taskIds[index]!, before };
  });
  await markTold(tx, deploymentId, told, now);
}

const findOpen = "SELECT task_id FROM agent_tasks WHERE task_id = ANY ($1) AND ended_at IS NULL ORDER BY task_id";

/** First of all, and in the order of ids: an agent that reports locks its task before its host here. */
async function cancelReplaced(tx: Tx, { onTaskEnd }: TellDeps, hosts: readonly HostView[]): Promise<void> {
  const taskIds = hosts.flatMap((host) => host.taskId ?? []);
  if (taskIds.length === 0) return;
  for (const { task_id: taskId } of await tx.query<{ task_id: string }>(findOpen, [taskIds])) {
    await cancelTask(tx, taskId, "the deployment has something newer for this host", onTaskEnd);
  }
}
