import type { Tx } from "@phoenix/platform/database";

/** The channel dispatchers listen on. A notice has no payload, so that PostgreSQL makes one of all in a transaction. */
export const wakeChannel = "phoenix_agent_tasks";

/** Wakes the dispatchers of all replicas when the transaction commits. A lost notice costs one poll interval. */
export async function wakeDispatchers(tx: Tx): Promise<void> {
  await tx.query(`select pg_notify('${wakeChannel}', '')`);
}
