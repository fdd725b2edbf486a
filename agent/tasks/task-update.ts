import { create } from "@bufbuild/protobuf";
import { AttemptState, type TaskUpdate, TaskUpdateSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { AttemptRef, TaskResult } from "../journal/index.ts";

const longestMessage = 8192;
const states = {
  completed: AttemptState.COMPLETED,
  failed: AttemptState.FAILED,
  cancelled: AttemptState.CANCELLED,
} as const;

/** The report of a try that is over. */
export function resultUpdate(ref: AttemptRef, result: TaskResult, fromJournal: boolean): TaskUpdate {
  return create(TaskUpdateSchema, {
    ...plain(ref),
    state: states[result.state],
    message: shorten(result.message),
    retryable: result.state === "failed" && result.retryable,
    progressRatio: result.state === "completed" ? 1 : 0,
    fromJournal,
  });
}

/** The report of a try in work. */
export function runningUpdate(ref: AttemptRef, progressRatio: number, message: string): TaskUpdate {
  const ratio = Math.min(1, Math.max(0, progressRatio));
  return create(TaskUpdateSchema, {
    ...plain(ref),
    state: AttemptState.RUNNING,
    progressRatio: ratio,
    message: shorten(message),
  });
}

/** Cuts a message to what the contract carries, keeping its end, where a program says why it failed. */
export function shorten(message: string): string {
  return message.length <= longestMessage ? message : `…${message.slice(-(longestMessage - 1))}`;
}

function plain({ taskId, attempt, leaseToken }: AttemptRef): AttemptRef {
  return { taskId, attempt, leaseToken };
}
