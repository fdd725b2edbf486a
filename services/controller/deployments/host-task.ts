import { create } from "@bufbuild/protobuf";
import { CollectorTaskSchema, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { activeCollectorId } from "../fleet/index.ts";
import type { NewTask } from "../tasks/index.ts";
import type { HostView } from "./host-view.ts";
import type { VersionRecord } from "./versions-store.ts";

/** What a host is given to run: a version, or only a configuration that was there before; null for nothing. */
export type HostOrder = { pipeline: string; configDigest: string; version: VersionRecord | null } | null;

/**
 * The task that makes a host run what a deployment wants of it. It never
 * expires: a host that goes away follows when it is back. Its key has the
 * number of the try, so nothing is ever told twice.
 */
export function hostTask(
  deploymentId: string,
  host: Pick<HostView, "hostId" | "wantedVersion" | "try" | "collector">,
  order: HostOrder,
): NewTask {
  const { pipeline = "", configDigest = "", version = null } = order ?? {};
  const begin = host.collector === null ? TaskAction.START : TaskAction.UPDATE;
  return {
    hostId: host.hostId,
    kind: "collector",
    action: order === null ? TaskAction.STOP : begin,
    subjectName: activeCollectorId,
    subject: {
      case: "collector",
      value: create(CollectorTaskSchema, {
        collectorId: activeCollectorId,
        configDigest,
        pipeline,
        ...(version === null ? {} : measuredAs(version)),
      }),
    },
    priority: 12,
    dedupeKey: `${deploymentId}/${host.hostId}/${host.wantedVersion}/${host.try + 1}`,
  };
}

/** Outside an experiment the retention is what is wanted of a measurement. */
function measuredAs({ intervalSeconds, mustKeep }: VersionRecord) {
  const windowSeconds = Math.min(3_600, Math.max(1, Math.ceil(intervalSeconds)));
  return { measurement: { experimentId: "", variant: activeCollectorId, windowSeconds, mustKeep } };
}
