import type { Tx } from "@phoenix/platform/database";
import { activeCollectorId } from "../fleet/index.ts";
import type { EndedTask, TaskEndListener } from "../tasks/index.ts";
import { deploymentChannel } from "./wake.ts";

// Only the newest task of a host may answer; one that was replaced is not listened to.
const note = `
  WITH noted AS (
    UPDATE deployment_hosts
    SET phase = $3, message = $4, announced = $3 = 'applied',
      applied_version = CASE WHEN $3 = 'applied' THEN told_version ELSE applied_version END,
      applied_time = CASE WHEN $3 = 'applied' THEN $5::timestamptz END
    WHERE host_id = $1 AND task_id = $2 AND phase = 'told'
    RETURNING deployment_id
  )
  SELECT pg_notify('${deploymentChannel}', deployment_id) FROM noted`;

/**
 * Notes what hosts say of what deployments told them, in the transaction that
 * stores it. It takes no lock on the deployment, which others lock before tasks:
 * what follows from an answer is the reconciler's, which it wakes.
 */
export function createHostEndListener(clock: () => Date): TaskEndListener {
  return (tx, task) =>
    task.experimentId === null && task.subjectName === activeCollectorId ? noteAnswer(tx, task, clock()) : undefined;
}

async function noteAnswer(tx: Tx, task: EndedTask, now: Date): Promise<void> {
  const applied = task.state === "completed";
  const words = task.message === "" ? `the task ${task.state}` : task.message;
  await tx.query(note, [
    task.hostId,
    task.taskId,
    applied ? "applied" : "failed",
    applied ? "" : words.slice(0, 2_000),
    now,
  ]);
}
