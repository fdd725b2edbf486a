import type { Tx } from "@phoenix/platform/database";
import { type AttemptRules, endAttempt } from "./end-attempt.ts";
import { lockTask } from "./lock-task.ts";
import { type LeaseClaim, renewLeases } from "./renew-leases.ts";

// Only leases of earlier sessions: one given on this session may be on its way.
const findForgotten = `
  select task_id from agent_tasks
  where host_id = $1 and ended_at is null and state in ('assigned', 'running') and assigned_session < $2
    and not (lease_token = any($3::bigint[]))
  order by task_id`;

// A cancel told on an earlier session may not have arrived.
const tellCancelsAgain = `
  update agent_tasks set cancel_told = false
  where host_id = $1 and ended_at is null and cancel_told and assigned_session < $2`;

/**
 * Agrees with an agent that introduces itself on what it works on: the tries it
 * lists keep their leases, the others go back to be given again at once. Its
 * journal makes that safe: a try it finished is reported, not run again.
 */
export async function resumeTasks(
  tx: Tx,
  host: { hostId: string; session: bigint },
  unfinished: readonly Omit<LeaseClaim, "hostId">[],
  rules: AttemptRules & { leaseMs: number },
): Promise<{ kept: number; returned: number }> {
  const kept = await renewLeases(
    tx,
    unfinished.map((attempt) => ({ ...attempt, hostId: host.hostId })),
    rules.leaseMs,
  );
  const listed = unfinished.map((attempt) => attempt.leaseToken.toString());
  const forgotten = await tx.query<{ task_id: string }>(findForgotten, [host.hostId, host.session.toString(), listed]);
  for (const { task_id: taskId } of forgotten) {
    const locked = await lockTask(tx, taskId);
    // Another transaction may have ended the try between the two statements.
    if (locked === null || (locked.task.state !== "assigned" && locked.task.state !== "running")) continue;
    const message = "the agent does not know this try";
    await endAttempt(tx, locked.task, { outcome: "undelivered", message, retryable: true }, rules);
  }
  await tx.query(tellCancelsAgain, [host.hostId, host.session.toString()]);
  return { kept, returned: forgotten.length };
}
