import type { Tx } from "@phoenix/platform/database";

/** The channel that says some host changed. Without a payload: watchers look for themselves. */
export const hostChangeChannel = "phoenix_host_changed";

/** The channel that says a host's credential was taken back; the payload is the host's id. */
export const hostRevokedChannel = "phoenix_host_revoked";

/** Tells the watchers of all replicas, once the transaction commits, that a host changed. */
export async function noticeHostChange(tx: Tx): Promise<void> {
  await tx.query(`select pg_notify('${hostChangeChannel}', '')`);
}

/** Tells all replicas, once the transaction commits, to end the streams of a host. */
export async function noticeHostRevoked(tx: Tx, hostId: string): Promise<void> {
  await tx.query(`select pg_notify('${hostRevokedChannel}', $1)`, [hostId]);
}
