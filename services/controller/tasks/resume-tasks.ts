import type { Tx } from "@phoenix/platform/database";
import { type AttemptRules, endAttempt } from "./end-attempt.ts";
import { lockTask } from "./lock-task.ts";
import { type LeaseClaim, renewLeases } from "./renew-leases.ts";

// Only leases of earlier sessions: one given on this session may be on its way.
const findEarlier = `
  select task_id, lease_token from agent_tasks
  where host_id = $1 and ended_at is null and state in ('assigned', 'running') and assigned_session < $2
  order by task_id`;

// A cancel told on an earlier session may not have arrived.
const tellCancelsAgain = `
  update agent_tasks set cancel_told = false
  where host_id = $1 and ended_at is null and cancel_told and assigned_session < $2`;

const findHosts = `
  select t.host_id,
    bool_or(t.state in ('assigned', 'running') and t.assigned_session < h.session) as earlier
  from unnest($1::text[], $2::bigint[]) as h (host_id, session)
  join agent_tasks t on t.host_id = h.host_id
  where t.ended_at is null
  group by 1`;

/**
 * Which of these hosts have open tasks; true for those with tries that were given
 * on earlier sessions, since what their agents say of them has to be looked at.
 */
export async function findOpenTasks(
  tx: Tx,
  hosts: readonly { hostId: string; session: bigint }[],
): Promise<Map<string, boolean>> {
  const rows = await tx.query<{ host_id: string; earlier: boolean }>(findHosts, [
    hosts.map(({ hostId }) => hostId),
    hosts.map(({ session }) => session.toString()),
  ]);
  return new Map(rows.map((row) => [row.host_id, row.earlier]));
}

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
  const claims = unfinished.map((attempt) => ({ ...attempt, hostId: host.hostId }));
  const kept = await renewLeases(tx, claims, rules.leaseMs);
  const session = host.session.toString();
  const earlier = await tx.query<{ task_id: string; lease_token: string }>(findEarlier, [host.hostId, session]);
  if (earlier.length === 0) return { kept, returned: 0 };
  const listed = new Set(unfinished.map((attempt) => attempt.leaseToken.toString()));
  const forgotten = earlier.filter((task) => !listed.has(task.lease_token));
  for (const { task_id: taskId } of forgotten) await giveBack(tx, taskId, rules);
  await tx.query(tellCancelsAgain, [host.hostId, session]);
  return { kept, returned: forgotten.length };
}

async function giveBack(tx: Tx, taskId: string, rules: AttemptRules): Promise<void> {
  const locked = await lockTask(tx, taskId);
  // Another transaction may have ended the try between the two statements.
  if (locked === null || (locked.task.state !== "assigned" && locked.task.state !== "running")) return;
  const message = locked.task.cancelRequested ? locked.task.message : "the agent does not know this try";
  await endAttempt(tx, locked.task, { outcome: "undelivered", message, retryable: true }, rules);
}
