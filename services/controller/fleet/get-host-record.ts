import type { Queryable } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type HostRecord, type HostRow, hostColumns, hostFromRow, hostTables } from "./host-record.ts";

// An id before a name: a host may not take another's id as its name.
const find = `
  select ${hostColumns} from ${hostTables} where h.host_id = $1 or h.host_name = $1
  order by h.host_id = $1 desc limit 1`;

/** Gives a host by id or name; null when there is none. */
export async function getHostRecord(q: Queryable, idOrName: string): Promise<HostRecord | null> {
  const [row] = await q.query<HostRow>(find, [idOrName]);
  return row === undefined ? null : hostFromRow(row);
}

/** Gives a host by id or name. @throws PhoenixError HOST_NOT_FOUND. */
export async function requireHost(q: Queryable, idOrName: string): Promise<HostRecord> {
  const host = await getHostRecord(q, idOrName);
  if (host !== null) return host;
  throw phoenixError(
    ErrorReason.HOST_NOT_FOUND,
    `No host has the id or name ${JSON.stringify(idOrName)}. List the hosts to see the ones enrolled.`,
    { metadata: { hostId: idOrName } },
  );
}
