import type { Database } from "@phoenix/platform/database";
import { type AttemptRules, endAttempt } from "./end-attempt.ts";
import { lockTask } from "./lock-task.ts";
import { type Horizon, horizonParams, isBeyond, noHorizon } from "./look-for-tasks.ts";

const findLapsed = `
  select task_id from agent_tasks
  where ${isBeyond} and lease_until < now()
  order by lease_until limit $3`;

const stillLapsed = `select lease_until < now() as lapsed from agent_tasks where task_id = $1`;

/**
 * Maintenance: tries whose lease ended without a word are over; their tasks wait
 * for another try or end. Nothing below the horizon is looked at. Gives the number found. Each in its own transaction, so
 * that one whose end cannot be stored does not hold up the others.
 */
export async function lapseLeases(
  db: Database,
  rules: AttemptRules,
  beyond: Horizon = noHorizon,
  limit = 500,
): Promise<number> {
  const found = await db.query<{ task_id: string }>(findLapsed, [...horizonParams(beyond), limit]);
  const failures: unknown[] = [];
  for (const { task_id: taskId } of found) {
    await lapseOne(db, taskId, rules).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} lapsed leases could not be ended`);
  return found.length;
}

async function lapseOne(db: Database, taskId: string, rules: AttemptRules): Promise<void> {
  await db.transaction(async (tx) => {
    const locked = await lockTask(tx, taskId);
    const [lease] = await tx.query<{ lapsed: boolean | null }>(stillLapsed, [taskId]);
    // Renewed, reported or ended by another replica since it was found.
    if (locked === null || lease?.lapsed !== true) return;
    const message = locked.task.cancelRequested ? locked.task.message : "the lease ended without a word from the agent";
    await endAttempt(tx, locked.task, { outcome: "lapsed", message, retryable: true }, rules);
  });
}
