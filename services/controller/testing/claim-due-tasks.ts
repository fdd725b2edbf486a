import type { Queryable } from "@phoenix/platform/database";
import { type ClaimedTask, claimTasks, type HeldHost } from "../tasks/claim-tasks.ts";
import { lookAtHostsTasks } from "../tasks/look-for-tasks.ts";

/** Looks at these hosts and claims what it sees, at most `limit` tasks of each. */
export async function claimDueTasks(
  q: Queryable,
  hosts: readonly HeldHost[],
  leaseMs: number,
  limit: number,
): Promise<ClaimedTask[]> {
  const sessions = new Map(hosts.map(({ hostId, session }) => [hostId, session]));
  const seen = await lookAtHostsTasks(q, [...sessions.keys()], limit);
  const named = seen.flatMap(({ taskSeq, hostId, due }) =>
    due ? { taskSeq, hostId, session: sessions.get(hostId) ?? 0n } : [],
  );
  return claimTasks(q, named, leaseMs);
}
