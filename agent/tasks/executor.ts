import type { TaskAction, TaskAssignment } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { TaskResult } from "../journal/index.ts";

type Subject = TaskAssignment["subject"];
type SubjectCase = Exclude<Subject["case"], undefined>;

/** The subject message of one kind of task. */
export type SubjectOf<C extends SubjectCase> = Extract<Subject, { case: C }>["value"];

/** What an executor may use while it works. */
export type ExecutionContext = {
  /** Aborted when the agent stops, or when the controller calls the task off. */
  signal: AbortSignal;
  /** Tells how far the work is: a share from 0 to 1, and a line for people. */
  progress(ratio: number, message: string): void;
};

/** Does one kind of work. What it throws counts as a failure that may be tried again. */
export type TaskExecutor<S> = (subject: S, action: TaskAction, context: ExecutionContext) => Promise<TaskResult>;

/** One executor for each kind of subject. */
export type TaskExecutors = {
  collector: TaskExecutor<SubjectOf<"collector">>;
  loadSimulation: TaskExecutor<SubjectOf<"loadSimulation">>;
  command: TaskExecutor<SubjectOf<"command">>;
};

/** Says that the work is done. */
export function completed(message: string): TaskResult {
  return { state: "completed", message, retryable: false };
}

/** Says that the work is not done, and whether the same again may succeed. */
export function failed(message: string, retryable: boolean): TaskResult {
  return { state: "failed", message, retryable };
}
