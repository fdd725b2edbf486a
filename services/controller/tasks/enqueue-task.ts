import { create, toJson } from "@bufbuild/protobuf";
import { TaskAction, TaskAssignmentSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { newTaskId } from "./new-task-id.ts";
import { actionName, type NewTask, type TaskKind } from "./task.ts";
import { wakeDispatchers } from "./wake.ts";

const subjectCases: Record<TaskKind, string> = {
  collector: "collector",
  loadsim: "loadSimulation",
  command: "command",
};

const defaultMaxAttempts = 5;

// The share lock makes a drain that runs at the same time wait: it then sees these tasks and calls them off.
const findHosts = `select host_id, draining from hosts where host_id = any($1::text[]) order by host_id for share`;

const insert = `
  with wanted as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[],
      $8::integer[], $9::text[], $10::bigint[], $11::text[]) with ordinality
      as w (task_id, host_id, experiment_id, kind, action, subject, priority, max_attempts, dedupe_key, expires_in_ms,
        payload, place)
  )
  insert into agent_tasks (task_id, host_id, experiment_id, kind, action, subject, priority, max_attempts,
    dedupe_key, expire_at, payload)
  select task_id, host_id, experiment_id, kind, action, subject, priority, max_attempts, dedupe_key,
    now() + expires_in_ms * interval '1 millisecond', payload::jsonb
  from wanted order by place
  on conflict (dedupe_key) where dedupe_key is not null do nothing
  returning task_id`;

const findByKeys = `select dedupe_key, task_id from agent_tasks where dedupe_key = any($1::text[])`;

/**
 * Enqueues tasks in the caller's transaction, in the order given, and gives
 * their ids; with a dedupe key that exists already, the id of that task. An
 * unknown host is refused with HOST_NOT_FOUND, a start or an execution on a
 * draining one with HOST_DRAINING.
 */
export async function enqueueTasks(tx: Tx, tasks: readonly NewTask[]): Promise<string[]> {
  if (tasks.length === 0) return [];
  const actions = tasks.map(requireAction);
  await requireHosts(tx, tasks);
  const wanted = tasks.map((task) => ({ ...task, taskId: newTaskId() }));
  const inserted = await tx.query<{ task_id: string }>(insert, [
    wanted.map((task) => task.taskId),
    wanted.map((task) => task.hostId),
    wanted.map((task) => task.experimentId ?? null),
    wanted.map((task) => task.kind),
    actions,
    wanted.map((task) => task.subjectName),
    wanted.map((task) => task.priority ?? 0),
    wanted.map((task) => task.maxAttempts ?? defaultMaxAttempts),
    wanted.map((task) => task.dedupeKey ?? null),
    wanted.map((task) => task.expiresInMs ?? null),
    wanted.map(({ subject }) =>
      JSON.stringify(toJson(TaskAssignmentSchema, create(TaskAssignmentSchema, { subject }))),
    ),
  ]);
  if (inserted.length > 0) await wakeDispatchers(tx, "new");
  const isNew = new Set(inserted.map((row) => row.task_id));
  const known = await findKnown(
    tx,
    wanted.filter((task) => !isNew.has(task.taskId)),
  );
  return wanted.map((task) => (isNew.has(task.taskId) ? task.taskId : idOfKnown(known, task)));
}

/** Enqueues one task; see {@link enqueueTasks}. */
export async function enqueueTask(tx: Tx, task: NewTask): Promise<string> {
  const [taskId] = await enqueueTasks(tx, [task]);
  return taskId!;
}

function requireAction(task: NewTask): string {
  const action = actionName(task.action);
  if (action !== null && subjectCases[task.kind] === task.subject.case) return action;
  throw phoenixError(
    ErrorReason.INTERNAL,
    `A ${task.kind} task was made with the subject ${task.subject.case} and action ${task.action}, which do not belong together.`,
  );
}

async function requireHosts(tx: Tx, tasks: readonly NewTask[]): Promise<void> {
  const hostIds = [...new Set(tasks.map((task) => task.hostId))];
  const rows = await tx.query<{ host_id: string; draining: boolean }>(findHosts, [hostIds]);
  const draining = new Map(rows.map((row) => [row.host_id, row.draining]));
  for (const { hostId, action } of tasks) {
    if (!draining.has(hostId)) {
      throw phoenixError(
        ErrorReason.HOST_NOT_FOUND,
        `No host has the id ${hostId}, so it cannot be given a task. List the hosts and choose one of them.`,
        { metadata: { hostId } },
      );
    }
    if (draining.get(hostId) && (action === TaskAction.START || action === TaskAction.EXECUTE)) {
      throw phoenixError(
        ErrorReason.HOST_DRAINING,
        `The host ${hostId} is draining and takes no new work. End the drain, or leave the host out.`,
        { metadata: { hostId } },
      );
    }
  }
}

async function findKnown(tx: Tx, tasks: readonly NewTask[]): Promise<Map<string, string>> {
  if (tasks.length === 0) return new Map();
  const keys = tasks.map((task) => task.dedupeKey);
  const rows = await tx.query<{ dedupe_key: string; task_id: string }>(findByKeys, [keys]);
  return new Map(rows.map((row) => [row.dedupe_key, row.task_id]));
}

function idOfKnown(known: ReadonlyMap<string, string>, { dedupeKey }: NewTask): string {
  const taskId = dedupeKey === undefined ? undefined : known.get(dedupeKey);
  if (taskId !== undefined) return taskId;
  throw phoenixError(ErrorReason.INTERNAL, `The task with the key ${dedupeKey} vanished while it was enqueued.`);
}
