import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import type { EndedTask, TaskEndListener } from "../tasks/index.ts";
import { moveSubject, type SubjectKey } from "./subjects-store.ts";

/** The channel reconcilers listen on; a notice has no payload, so that PostgreSQL makes one of many. */
export const reconcileChannel = "phoenix_experiments";

/** Wakes the reconcilers of all replicas when the transaction commits. */
export async function wakeReconcilers(tx: Tx): Promise<void> {
  await tx.query("SELECT pg_notify($1, '')", [reconcileChannel]);
}

/**
 * Notes the ends of an experiment's starts and stops in the transaction that
 * stores them. It takes no lock on the experiment, which others lock before
 * tasks: what follows from an end is the reconciler's, which it wakes.
 */
export function createSubjectEndListener(clock: () => Date): TaskEndListener {
  return (tx, task) => {
    const { experimentId, hostId, kind, subjectName: name } = task;
    if (experimentId === null || (kind !== "collector" && kind !== "loadsim")) return undefined;
    return noteAndWake(tx, { experimentId, hostId, kind, name }, task, clock());
  };
}

async function noteAndWake(tx: Tx, key: SubjectKey, task: EndedTask, now: Date): Promise<void> {
  if (await noteEnd(tx, key, task, now)) await wakeReconcilers(tx);
}

async function noteEnd(tx: Tx, key: SubjectKey, task: EndedTask, now: Date): Promise<boolean> {
  const done = task.state === "completed";
  const rest = { message: done ? "" : wordsOf(task), announced: done, now };
  // The update after an A/A period; the arm counts as starting until its own configuration runs.
  if (task.action === TaskAction.START || task.action === TaskAction.UPDATE) {
    return moveSubject(tx, key, ["starting"], { state: done ? "running" : "failed", ...rest });
  }
  if (task.action === TaskAction.STOP) {
    return moveSubject(tx, key, ["stopping"], { state: done ? "stopped" : "stop_failed", ...rest });
  }
  return false;
}

/** Says how a task ended, with the agent's own words where it had any. */
export function wordsOf(task: EndedTask): string {
  const how = task.state === "expired" ? "the agent did not begin it in time" : `the task ${task.state}`;
  return task.message === "" ? how : task.message;
}
