import { TaskAction } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import { TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { StatusBadge, type Tone } from "../../components/status-badge.tsx";
import { enumWords } from "../../format/enum-name.ts";

const states: Record<TaskState, [Tone, string]> = {
  [TaskState.UNSPECIFIED]: ["idle", "Unknown"],
  [TaskState.PENDING]: ["idle", "Waiting"],
  [TaskState.ASSIGNED]: ["busy", "Given to its agent"],
  [TaskState.RUNNING]: ["busy", "Running"],
  [TaskState.COMPLETED]: ["good", "Completed"],
  [TaskState.FAILED]: ["bad", "Failed"],
  [TaskState.CANCELLED]: ["idle", "Cancelled"],
  [TaskState.EXPIRED]: ["warn", "Expired"],
};

/** States to filter by, with their words. */
export const taskFilters: Readonly<Record<string, TaskState[]>> = {
  Open: [TaskState.PENDING, TaskState.ASSIGNED, TaskState.RUNNING],
  Completed: [TaskState.COMPLETED],
  Failed: [TaskState.FAILED],
  Cancelled: [TaskState.CANCELLED],
  Expired: [TaskState.EXPIRED],
};

/** True while something can still happen to a task. */
export function isOpen(state: TaskState): boolean {
  return taskFilters.Open?.includes(state) ?? false;
}

/** Where a task stands. */
export function TaskBadge({ state }: { state: TaskState }) {
  const [tone, word] = states[state] ?? states[TaskState.UNSPECIFIED];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

/** What a task does, in a word: "Start". */
export function actionWord(action: TaskAction): string {
  return enumWords(TaskAction, action);
}
