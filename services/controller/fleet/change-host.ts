import type { Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { requireHost } from "./get-host-record.ts";
import type { HostRecord } from "./host-record.ts";
import { noticeHostChange } from "./notices.ts";

const change = `
  update hosts set labels = coalesce($2::jsonb, labels), draining = coalesce($3, draining),
    version = version + 1, changed_at = clock_timestamp()
  where host_id = $1 and ($4::bigint is null or version = $4)
  returning version`;

/**
 * Changes a host as users may and gives it as it is then.
 * @throws PhoenixError HOST_NOT_FOUND, or ETAG_MISMATCH when an etag is given that is not the current one.
 */
export async function changeHost(
  tx: Tx,
  idOrName: string,
  changes: { labels?: Readonly<Record<string, string>>; draining?: boolean; etag?: string },
): Promise<HostRecord> {
  const { hostId } = await requireHost(tx, idOrName);
  const labels = changes.labels === undefined ? null : JSON.stringify(changes.labels);
  const version = versionOf(changes.etag ?? "");
  const changed = await tx.query(change, [hostId, labels, changes.draining ?? null, version]);
  // Deleted by somebody else meanwhile, or changed: the first is told by the read.
  const host = await requireHost(tx, hostId);
  if (changed.length === 0) {
    throw phoenixError(
      ErrorReason.ETAG_MISMATCH,
      `The host ${host.hostName} was changed by somebody else since it was read. Read it again, then repeat the change.`,
      { metadata: { hostId } },
    );
  }
  await noticeHostChange(tx);
  return host;
}

/** The version an etag names; one that no host can have for text that is no etag; null for none. */
function versionOf(etag: string): string | null {
  if (etag === "") return null;
  return /^v\d{1,18}$/.test(etag) ? etag.slice(1) : "-1";
}
