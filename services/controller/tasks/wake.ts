import type { Tx } from "@phoenix/platform/database";

/** The channel dispatchers listen on. Its payloads are few, so that PostgreSQL makes one notice of many in a transaction. */
export const wakeChannel = "phoenix_agent_tasks";

/** What there may be to do: tasks that began to wait in this transaction, or anything at all. */
export type WakeReason = "new" | "any";

/** Wakes the dispatchers of all replicas when the transaction commits. A lost notice costs one poll interval. */
export async function wakeDispatchers(tx: Tx, reason: WakeReason): Promise<void> {
  await tx.query("select pg_notify($1, $2)", [wakeChannel, reason]);
}
