import type { Queryable } from "@phoenix/platform/database";
import { type HostRecord, type HostRow, hostColumns, hostFromRow, hostTables } from "./host-record.ts";

const find = `
  select ${hostColumns} from ${hostTables}
  where ($3 or h.host_id = any($1) or h.host_name = any($1)) and h.labels @> $2::jsonb
  order by h.host_name`;

const findKnown = `select host_id, host_name from hosts where host_id = any($1) or host_name = any($1)`;

/**
 * Finds hosts by id or name, and by labels: with both, the named ones that have
 * all the labels; with neither, none. `unknown` are names no host has.
 */
export async function findHosts(
  q: Queryable,
  selector: { hosts: readonly string[]; labels: Readonly<Record<string, string>> },
): Promise<{ found: HostRecord[]; unknown: string[] }> {
  const { hosts, labels } = selector;
  const byLabelsAlone = hosts.length === 0;
  if (byLabelsAlone && Object.keys(labels).length === 0) return { found: [], unknown: [] };
  const rows = await q.query<HostRow>(find, [hosts, JSON.stringify(labels), byLabelsAlone]);
  const known = await q.query<{ host_id: string; host_name: string }>(findKnown, [hosts]);
  const names = new Set(known.flatMap((host) => [host.host_id, host.host_name]));
  return { found: rows.map(hostFromRow), unknown: hosts.filter((host) => !names.has(host)) };
}
