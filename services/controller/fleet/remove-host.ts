import type { Tx } from "@phoenix/platform/database";
import { cancelHostTasks, type TaskEndListener } from "../tasks/index.ts";
import { noticeHostChange, noticeHostRevoked } from "./notices.ts";

const lock = `select host_id from hosts where host_id = $1 for update`;
const remove = `delete from hosts where host_id = $1`;

/**
 * Forgets a host: its open tasks end as cancelled, its credentials are gone with
 * it, and every replica ends its streams. The tasks stay as history.
 */
export async function removeHost(tx: Tx, hostId: string, reason: string, onTaskEnd: TaskEndListener): Promise<void> {
  // Locked first, so that no task is enqueued between the cancel and the end.
  await tx.query(lock, [hostId]);
  await cancelHostTasks(tx, hostId, "all", reason, onTaskEnd);
  await tx.query(remove, [hostId]);
  await noticeHostRevoked(tx, hostId);
  await noticeHostChange(tx);
}
