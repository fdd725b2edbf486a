import type { Tx } from "@phoenix/platform/database";
import type { TaskRecord } from "./task.ts";

const forget = `
  delete from agent_task_past_attempts p
  using unnest($1::text[], $2::integer[]) as l (task_id, attempt)
  where p.task_id = l.task_id and p.attempt = l.attempt and p.outcome = 'lapsed'`;

/** Forgets that the present tries of these locked tasks lapsed: their agents spoke after all. */
export async function forgetLapses(tx: Tx, tasks: readonly Pick<TaskRecord, "taskId" | "attempt">[]): Promise<void> {
  if (tasks.length === 0) return;
  await tx.query(forget, [tasks.map(({ taskId }) => taskId), tasks.map(({ attempt }) => attempt)]);
}
