import { durationMs } from "@bufbuild/protobuf/wkt";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { isPhoenixError } from "@phoenix/platform/errors";
import type { Measurement } from "../measurement/index.ts";
import type { CollectorSpec, Supervisor } from "../supervisor/index.ts";
import { completed, failed, type SubjectOf, type TaskExecutor } from "./executor.ts";

/** Creates the executor of collectors: the supervisor runs them, the measurement counts what they would send. */
export function createCollectorExecutor(deps: {
  supervisor: Supervisor;
  measurement: Measurement;
}): TaskExecutor<SubjectOf<"collector">> {
  const { supervisor, measurement } = deps;
  return async (task, action, { progress }) => {
    const { collectorId } = task;
    if (action === TaskAction.STOP) {
      await measurement.close(collectorId);
      await supervisor.remove(collectorId);
      return completed("stopped");
    }
    if (action !== TaskAction.START && action !== TaskAction.UPDATE) {
      return failed("A collector can only be started, updated or stopped.", false);
    }
    const plan = task.measurement;
    const wanted: Omit<CollectorSpec, "tapUrl"> = {
      collectorId,
      configDigest: task.configDigest,
      pipeline: task.pipeline,
      variant: plan?.variant ?? collectorId,
      experimentId: plan?.experimentId ?? "",
      memoryLimitMib: task.memoryLimitMib,
      windowMs: (plan?.windowSeconds ?? 0) * 1000,
      scrapeIntervalMs: task.scrapeInterval === undefined ? 0 : Math.round(durationMs(task.scrapeInterval)),
      mustKeep: plan?.mustKeep ?? [],
    };
    let tapUrl: string;
    try {
      tapUrl = await measurement.open(wanted);
    } catch (error) {
      // A must-keep expression that cannot be matched: the words are for whoever wrote it.
      if (isPhoenixError(error)) return failed(error.message, false);
      throw error;
    }
    progress(0.1, "applying the configuration");
    const applied = await supervisor.apply({ ...wanted, tapUrl });
    if (applied.ok) {
      const running = `running ${applied.snapshot.spec.configDigest.slice(0, 12)}`;
      return completed([running, ...applied.remarks].join("\n"));
    }
    // What still runs is the last good configuration: measure that, and nothing when nothing runs.
    const running = supervisor.list().find((snapshot) => snapshot.spec.collectorId === collectorId);
    if (running === undefined) await measurement.close(collectorId);
    else await measurement.open(running.spec);
    return failed(applied.words, applied.retryable);
  };
}
