import { create } from "@bufbuild/protobuf";
import { type TaskCancel, TaskCancelSchema } from "@phoenix/gen/phoenix/agent/v1/task_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import type { HeldHost } from "./claim-tasks.ts";

/** A cancel to tell an agent. */
export type DueCancel = { hostId: string; cancel: TaskCancel };

const take = `
  with held as (select * from unnest($1::text[], $2::bigint[]) as h (host_id, session)),
  due as (
    select t.task_id
    from held h
    join agent_status s on s.host_id = h.host_id and s.session = h.session
    join agent_tasks t on t.host_id = h.host_id and t.ended_at is null
    where t.cancel_requested_at is not null and not t.cancel_told
    for update of t skip locked
  )
  update agent_tasks t set cancel_told = true
  from due where t.task_id = due.task_id and t.cancel_requested_at is not null
  returning t.task_id, t.host_id, t.message`;

/** Takes the cancels not told yet on the hosts held, and marks them as told; a new session tells them again. */
export async function takeCancels(q: Queryable, hosts: readonly HeldHost[]): Promise<DueCancel[]> {
  if (hosts.length === 0) return [];
  const rows = await q.query<{ task_id: string; host_id: string; message: string }>(take, [
    hosts.map((host) => host.hostId),
    hosts.map((host) => host.session.toString()),
  ]);
  return rows.map((row) => ({
    hostId: row.host_id,
    cancel: create(TaskCancelSchema, { taskId: row.task_id, reason: row.message.slice(0, 1024) }),
  }));
}
