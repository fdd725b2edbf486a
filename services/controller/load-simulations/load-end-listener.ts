import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import type { EndedTask, TaskEndListener } from "../tasks/index.ts";
import { moveLoadHost } from "./load-store.ts";

/** Notes the ends of starts and stops of loads that belong to no experiment, in the transaction that stores them. */
export function createLoadEndListener(clock: () => Date): TaskEndListener {
  return (tx, task) => (task.kind === "loadsim" && task.experimentId === null ? noteEnd(tx, task, clock()) : undefined);
}

async function noteEnd(tx: Tx, task: EndedTask, now: Date): Promise<void> {
  const key = { loadSimulationId: task.subjectName, hostId: task.hostId };
  const done = task.state === "completed";
  if (task.action === TaskAction.START) {
    const to = done
      ? ({ state: "running", message: "" } as const)
      : ({ state: "failed", message: words(task) } as const);
    await moveLoadHost(tx, key, ["starting"], { ...to, now });
  } else if (task.action === TaskAction.STOP) {
    // The message keeps why it was stopped, unless it was not.
    if (done) await moveLoadHost(tx, key, ["stopping"], { state: "stopped", now });
    else await moveLoadHost(tx, key, ["stopping"], { state: "stop_failed", message: words(task), now });
  }
}

function words(task: EndedTask): string {
  if (task.message !== "") return task.message;
  return task.state === "expired" ? "the agent did not begin it in time" : `the task ${task.state}`;
}
