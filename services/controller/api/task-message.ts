import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Task, TaskSchema, TaskState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import type { TaskState as StoredState, TaskRecord } from "../tasks/index.ts";

const states = {
  pending: TaskState.PENDING,
  assigned: TaskState.ASSIGNED,
  running: TaskState.RUNNING,
  completed: TaskState.COMPLETED,
  failed: TaskState.FAILED,
  cancelled: TaskState.CANCELLED,
  expired: TaskState.EXPIRED,
} as const satisfies Record<StoredState, TaskState>;

/** The stored name of a state; undefined for one this version does not know. */
export function storedTaskState(state: TaskState): StoredState | undefined {
  return (Object.keys(states) as StoredState[]).find((name) => states[name] === state);
}

/** A task as the contract shows it. */
export function taskMessage(task: TaskRecord): Task {
  return create(TaskSchema, {
    taskId: task.taskId,
    hostId: task.hostId,
    experimentId: task.experimentId ?? "",
    kind: task.kind,
    action: task.action,
    subject: task.subjectName,
    state: states[task.state],
    attempt: task.attempt,
    maxAttempts: task.maxAttempts,
    priority: task.priority,
    message: task.message,
    createTime: timestampFromDate(task.createdAt),
    ...(task.assignedAt === null ? {} : { assignTime: timestampFromDate(task.assignedAt) }),
    ...(task.endedAt === null ? {} : { endTime: timestampFromDate(task.endedAt) }),
    ...(task.expireAt === null ? {} : { expireTime: timestampFromDate(task.expireAt) }),
  });
}
