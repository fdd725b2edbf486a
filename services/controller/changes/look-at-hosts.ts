import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import type { Look, Notice } from "./notice.ts";

interface HostRow {
  host_id: string;
  host_name: string;
  labels: Record<string, string>;
  key: string;
}

// Differs after every change but heartbeats.
const changedAt = "greatest(h.changed_at, s.changed_at, a.updated_at)";
const columns = `h.host_id, h.host_name, h.labels, ${changedAt}::text AS key`;
const others = "JOIN agent_status s USING (host_id) LEFT JOIN active_pipelines a USING (host_id)";
// A transaction that stays open longer than this hides its changes; ours take milliseconds.
const since = "now() - interval '30 seconds'";
const readAll = `SELECT ${columns} FROM hosts h ${others}`;
// Each table alone first: a fleet is large, and few of it changed.
const readChanged = `
  WITH changed AS (
    SELECT host_id FROM hosts WHERE changed_at > ${since}
    UNION SELECT host_id FROM agent_status WHERE changed_at > ${since}
    UNION SELECT host_id FROM active_pipelines WHERE updated_at > ${since}
  )
  SELECT ${columns} FROM changed JOIN hosts h USING (host_id) ${others}`;
const count = "SELECT count(*)::int AS count FROM hosts";

/** Creates the look at hosts: changed, new, gone. */
export function createHostLook(q: Queryable): Look {
  let known: Map<string, HostRow> | undefined;

  const notice = ({ host_id, host_name, labels }: HostRow, deleted: boolean): Notice => ({
    kind: SubjectKind.HOST,
    subjectId: host_id,
    name: host_name,
    labels,
    deleted,
  });

  return {
    async look() {
      if (known === undefined) {
        known = new Map((await q.query<HostRow>(readAll)).map((row) => [row.host_id, row]));
        return [];
      }
      const before = known;
      let rows = await q.query<HostRow>(readChanged);
      const [total] = await q.query<{ count: number }>(count);
      const more = rows.filter((row) => !before.has(row.host_id)).length;
      const gone: HostRow[] = [];
      if (total?.count !== before.size + more) {
        rows = await q.query<HostRow>(readAll);
        const there = new Set(rows.map((row) => row.host_id));
        gone.push(...[...before.values()].filter((row) => !there.has(row.host_id)));
      }
      const changed = rows.filter((row) => before.get(row.host_id)?.key !== row.key);
      for (const row of changed) before.set(row.host_id, row);
      for (const row of gone) before.delete(row.host_id);
      return [...changed.map((row) => notice(row, false)), ...gone.map((row) => notice(row, true))];
    },
    forget() {
      known = undefined;
    },
  };
}
