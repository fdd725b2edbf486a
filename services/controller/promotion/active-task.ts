import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { CollectorTaskSchema, type MeasurementPlanSchema, TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { activeCollectorId } from "../fleet/index.ts";
import type { NewTask } from "../tasks/index.ts";

/** What a host is to run outside experiments; null for nothing. */
export type WantedPipeline = { pipeline: string; configDigest: string } | null;

/**
 * The task that makes a host run what is wanted outside experiments. It never
 * expires: a host that is away follows when it is back. The round
 * makes it a task of its own, so that an older one cannot answer for it. What
 * is measured of it during a hold-back ends with the next task that names no measurement.
 */
export function activeTask(
  experimentId: string,
  hostId: string,
  wanted: WantedPipeline,
  how: { replaces: boolean; round: string; measurement?: MessageInitShape<typeof MeasurementPlanSchema> },
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
      value: create(CollectorTaskSchema, {
        collectorId: activeCollectorId,
        configDigest,
        pipeline,
        ...(how.measurement === undefined ? {} : { measurement: how.measurement }),
      }),
    },
    priority: 15,
    dedupeKey: `${experimentId}/${hostId}/${activeCollectorId}/${how.round}`,
  };
}
