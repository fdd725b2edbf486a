import type { Queryable } from "@phoenix/platform/database";
import { type HostRecord, type HostRow, type HostState, hostColumns, hostFromRow, hostTables } from "./host-record.ts";

const list = `
  select ${hostColumns} from ${hostTables}
  where h.labels @> $1::jsonb and ($2::text[] is null or s.state = any($2)) and ($3::text is null or h.host_name > $3)
  order by h.host_name limit $4`;

/** Lists hosts by name, from behind `after` when it is given. */
export async function listHosts(
  q: Queryable,
  filter: { labels: Readonly<Record<string, string>>; states?: readonly HostState[] },
  after: string | null,
  limit: number,
): Promise<HostRecord[]> {
  const rows = await q.query<HostRow>(list, [JSON.stringify(filter.labels), filter.states ?? null, after, limit]);
  return rows.map(hostFromRow);
}
