import { create } from "@bufbuild/protobuf";
import { CollectorTaskSchema, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { activeCollectorId } from "../fleet/index.ts";
import type { NewTask } from "../tasks/index.ts";

/** What a host is to run outside experiments; null for nothing. */
export type WantedPipeline = { pipeline: string; configDigest: string } | null;

/**
 * The task that makes a host run what is wanted outside experiments. It never
 * expires: a host that is away follows when it is back. The round
 * makes it a task of its own, so that an older one cannot answer for it.
 */
export function activeTask(
  experimentId: string,
  hostId: string,
  wanted: WantedPipeline,
  how: { replaces: boolean; round: string },
): NewTask {
  const { pipeline = "", configDigest = "" } = wanted ?? {};
  const begin = how.replaces ? TaskAction.UPDATE : TaskAction.START;
  return {
    hostId,
    experimentId,
    kind: "collector",
    action: wanted === null ? TaskAction.STOP : begin,
    subjectName: activeCollectorId,
    subject: {
      case: "collector",
      value: create(CollectorTaskSchema, { collectorId: activeCollectorId, configDigest, pipeline }),
    },
    priority: 15,
    dedupeKey: `${experimentId}/${hostId}/${activeCollectorId}/${how.round}`,
  };
}
