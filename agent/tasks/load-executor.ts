import { durationMs } from "@bufbuild/protobuf/wkt";
import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { Code, isPhoenixError } from "@phoenix/platform/errors";
import { completed, failed, type SubjectOf, type TaskExecutor } from "./executor.ts";
import type { LoadSimulations } from "./load-simulations.ts";

const defaultDurationMs = 3_600_000;

/** Creates the executor of load simulations. */
export function createLoadExecutor(
  simulations: LoadSimulations,
  now: () => number = Date.now,
): TaskExecutor<SubjectOf<"loadSimulation">> {
  return async (task, action) => {
    const id = task.loadSimulationId;
    if (action === TaskAction.STOP) {
      await simulations.stop(id);
      return completed("stopped");
    }
    if (action !== TaskAction.START) return failed("A load simulation can only be started or stopped.", false);
    if (task.definition === undefined) {
      const words = `The task names the load profile "${task.profile}" and does not say what it is; the controller may be older than this agent.`;
      return failed(words, false);
    }
    const wantedMs = task.maxDuration === undefined ? 0 : durationMs(task.maxDuration);
    try {
      const { count, detail } = await simulations.start({
        id,
        definition: task.definition,
        processes: task.processes,
        seed: task.seed.toString(),
        endsAtMs: now() + (wantedMs > 0 ? wantedMs : defaultDurationMs),
      });
      return completed(`${count} processes run${detail === "" ? "" : `; ${detail}`}`);
    } catch (error) {
      // The words are fit for whoever asked; a profile that does not exist will not exist next time either.
      if (isPhoenixError(error)) return failed(error.message, error.code !== Code.InvalidArgument);
      throw error;
    }
  };
}
