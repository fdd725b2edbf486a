import type { Queryable } from "@phoenix/platform/database";

/** Finds out which approvals changed between two looks. */
export type ApprovalLook = {
  /** Ids of those asked for, decided, done, waiting no longer or gone since the look before; the first gives none. */
  look(now: Date): Promise<string[]>;
};

type Row = { approval_id: string; ordinal: string; open: boolean; key: string };

// What may still change, and the newest besides, which may have been asked for and decided between two looks.
const read = `
  WITH states AS (
    SELECT approval_id, ordinal, concat_ws('/', decision, expire_time > $1, result) AS key,
      CASE WHEN decision IS NULL THEN expire_time > $1 ELSE decision = 'approved' AND result = '' END AS open
    FROM approvals
  )
  SELECT approval_id, ordinal, open, key FROM states WHERE open OR ordinal > $2`;
const readNewest = "SELECT coalesce(max(ordinal), 0) AS newest FROM approvals";

/** Numbers are given before the commit, so that some of the newest may come late. */
const newestKept = 50;

/** Creates the look. */
export function createApprovalLook(q: Queryable): ApprovalLook {
  let known: { newest: number; rows: Map<string, Row> } | undefined;

  return {
    async look(now) {
      const before = known;
      const [end] = await q.query<{ newest: string }>(readNewest);
      const newest = Number(end?.newest ?? 0);
      const found = await q.query<Row>(read, [now, (before?.newest ?? newest) - newestKept]);
      const rows = new Map(found.map((row) => [row.approval_id, row]));
      known = { newest, rows };
      if (before === undefined) return [];
      const changed = found.filter(({ approval_id, key }) => before.rows.get(approval_id)?.key !== key);
      // A decided one that is missing is only among the newest no longer.
      const missing = [...before.rows.values()].filter(({ approval_id, open }) => open && !rows.has(approval_id));
      return [...changed, ...missing].map(({ approval_id }) => approval_id);
    },
  };
}
