import type { MessageInitShape } from "@bufbuild/protobuf";
import { TaskAction, type TaskAssignmentSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Tx } from "@phoenix/platform/database";

/** What kind of work a task is. */
export type TaskKind = "collector" | "loadsim" | "command";

/** Where a task stands. The last four are ends: nothing follows them. */
export type TaskState = "pending" | "assigned" | "running" | "completed" | "failed" | "cancelled" | "expired";

/** A state that nothing follows. */
export type TaskEnd = "completed" | "failed" | "cancelled" | "expired";

/** The `subject` oneof of a TaskAssignment, as given to `create`. */
export type TaskSubject = NonNullable<MessageInitShape<typeof TaskAssignmentSchema>["subject"]>;

/** A task to enqueue. */
export type NewTask = {
  /** Id of an enrolled host. */
  hostId: string;
  /** The experiment that asks for it. */
  experimentId?: string;
  kind: TaskKind;
  action: TaskAction;
  /** What to do it to; its case agrees with the kind. */
  subject: TaskSubject;
  /** Collector id or simulation id. Tasks of one host and subject run one after the other, in the order they came. */
  subjectName: string;
  /** Higher goes first; default 0. */
  priority?: number;
  /** Most tries; default 5. */
  maxAttempts?: number;
  /** It is not begun later than this after now; default never. */
  expiresInMs?: number;
  /** Same key = same task, enqueued once. */
  dedupeKey?: string;
};

/** A task that is over. */
export type EndedTask = {
  taskId: string;
  hostId: string;
  experimentId: string | null;
  kind: string;
  action: TaskAction;
  subjectName: string;
  state: TaskEnd;
  attempt: number;
  message: string;
};

/**
 * Told of every end, in the transaction that stores it; when it rejects, the end
 * is not stored and comes again. Gives nothing where the end is none of its business.
 */
export type TaskEndListener = (tx: Tx, task: EndedTask) => Promise<void> | undefined;

/** A task as it is stored. */
export type TaskRecord = {
  taskId: string;
  taskSeq: bigint;
  hostId: string;
  experimentId: string | null;
  kind: TaskKind;
  action: TaskAction;
  subjectName: string;
  state: TaskState;
  attempt: number;
  maxAttempts: number;
  priority: number;
  message: string;
  /** The newest lease given; null when none was, or when its try was reported as over. */
  leaseToken: bigint | null;
  cancelRequested: boolean;
  createdAt: Date;
  assignedAt: Date | null;
  endedAt: Date | null;
  expireAt: Date | null;
};

const actionNames = {
  [TaskAction.START]: "start",
  [TaskAction.STOP]: "stop",
  [TaskAction.UPDATE]: "update",
  [TaskAction.EXECUTE]: "execute",
} as const;

/** The column value of an action; null for an action this version does not know. */
export function actionName(action: TaskAction): string | null {
  return (actionNames as Record<number, string>)[action] ?? null;
}

/** The action of a column value. */
export function actionOf(name: string): TaskAction {
  const found = Object.entries(actionNames).find(([, value]) => value === name);
  return found === undefined ? TaskAction.UNSPECIFIED : (Number(found[0]) as TaskAction);
}

/** True for a state that nothing follows. */
export function isEnd(state: TaskState): state is TaskEnd {
  return state !== "pending" && state !== "assigned" && state !== "running";
}
