import { randomUUID } from "node:crypto";
import { create, toJson } from "@bufbuild/protobuf";
import { TaskAction, TaskAssignmentSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { actionName, type NewTask, type TaskKind } from "./task.ts";
import { wakeDispatchers } from "./wake.ts";

const subjectCases: Record<TaskKind, string> = {
  collector: "collector",
  loadsim: "loadSimulation",
  command: "command",
};

const defaultMaxAttempts = 5;

// The share lock makes a drain that runs at the same time wait: it then sees this task and calls it off.
const findHost = `select draining from hosts where host_id = $1 for share`;

const insert = `
  with task as (
    insert into agent_tasks (task_id, host_id, experiment_id, kind, action, subject, priority, max_attempts,
      dedupe_key, expire_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $10 * interval '1 millisecond')
    on conflict (dedupe_key) where dedupe_key is not null do nothing
    returning task_id
  )
  insert into agent_task_payloads (task_id, payload) select task_id, $11::jsonb from task returning task_id`;

const findByKey = `select task_id from agent_tasks where dedupe_key = $1`;

/**
 * Enqueues a task in the caller's transaction and gives its id; with a dedupe
 * key that exists already, the id of that task. An unknown host is refused with
 * HOST_NOT_FOUND, a start or an execution on a draining one with HOST_DRAINING.
 */
export async function enqueueTask(tx: Tx, task: NewTask): Promise<string> {
  const action = actionName(task.action);
  if (action === null || subjectCases[task.kind] !== task.subject.case) {
    throw phoenixError(
      ErrorReason.INTERNAL,
      `A ${task.kind} task was made with the subject ${task.subject.case} and action ${task.action}, which do not belong together.`,
    );
  }
  const [host] = await tx.query<{ draining: boolean }>(findHost, [task.hostId]);
  if (host === undefined) {
    throw phoenixError(
      ErrorReason.HOST_NOT_FOUND,
      `No host has the id ${task.hostId}, so it cannot be given a task. List the hosts and choose one of them.`,
      { metadata: { hostId: task.hostId } },
    );
  }
  if (host.draining && (task.action === TaskAction.START || task.action === TaskAction.EXECUTE)) {
    throw phoenixError(
      ErrorReason.HOST_DRAINING,
      `The host ${task.hostId} is draining and takes no new work. End the drain, or leave the host out.`,
      { metadata: { hostId: task.hostId } },
    );
  }
  const payload = toJson(TaskAssignmentSchema, create(TaskAssignmentSchema, { subject: task.subject }));
  const taskId = randomUUID();
  const inserted = await tx.query(insert, [
    taskId,
    task.hostId,
    task.experimentId ?? null,
    task.kind,
    action,
    task.subjectName,
    task.priority ?? 0,
    task.maxAttempts ?? defaultMaxAttempts,
    task.dedupeKey ?? null,
    task.expiresInMs ?? null,
    JSON.stringify(payload),
  ]);
  if (inserted.length === 0) {
    const [existing] = await tx.query<{ task_id: string }>(findByKey, [task.dedupeKey]);
    if (existing !== undefined) return existing.task_id;
    throw phoenixError(ErrorReason.INTERNAL, `The task with the key ${task.dedupeKey} vanished while it was enqueued.`);
  }
  await wakeDispatchers(tx);
  return taskId;
}
