import type { Tx } from "@phoenix/platform/database";
import { wakeReconcilers, wordsOf } from "../experiments/index.ts";
import { activeCollectorId, quarantineConfig } from "../fleet/index.ts";
import type { EndedTask, TaskEndListener } from "../tasks/index.ts";

// Only the newest task of a host may answer; one that was replaced is not listened to.
const note = `
  UPDATE experiment_hosts SET rollout_state = $4, rollout_message = $5
  WHERE experiment_id = $1 AND host_id = $2 AND rollout_task_id = $3 AND rollout_state = 'pending'
  RETURNING host_id`;

const findPromoted = `
  SELECT e.promoted_digest, h.host_name FROM experiments e JOIN experiment_hosts h USING (experiment_id)
  WHERE e.experiment_id = $1 AND h.host_id = $2 AND e.rollout = 'promoting'
    AND NOT (h.held_back AND e.hold_back_until IS NOT NULL)`;

/**
 * Notes what hosts say of promotions and rollbacks, in the transaction that
 * stores it, and quarantines a promoted configuration that a collector does not
 * run with; the rest is the reconciler's, which it wakes.
 */
export function createRolloutEndListener(): TaskEndListener {
  return (tx, task) =>
    task.experimentId !== null && task.subjectName === activeCollectorId ? noteAnswer(tx, task) : undefined;
}

async function noteAnswer(tx: Tx, task: EndedTask): Promise<void> {
  const applied = task.state === "completed";
  const noted = await tx.query(note, [
    task.experimentId,
    task.hostId,
    task.taskId,
    applied ? "applied" : "refused",
    applied ? "" : wordsOf(task),
  ]);
  if (noted.length === 0) return;
  if (task.state === "failed") await quarantinePromoted(tx, task);
  await wakeReconcilers(tx);
}

async function quarantinePromoted(tx: Tx, task: EndedTask): Promise<void> {
  const [promoted] = await tx.query<{ promoted_digest: string; host_name: string }>(findPromoted, [
    task.experimentId,
    task.hostId,
  ]);
  if (promoted === undefined) return;
  const reason = `It failed on ${promoted.host_name} when the experiment ${task.experimentId} was promoted: ${wordsOf(task)}.`;
  await quarantineConfig(tx, promoted.promoted_digest, reason);
}
