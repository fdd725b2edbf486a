import type { Queryable } from "@phoenix/platform/database";

// An open transaction's events cannot be seen here, so they are numbered after it
// commits: whoever sees a cursor sees all that are smaller. The update of the one row
// keeps replicas apart; one that waited for it finds the events it saw numbered, and
// leaves them (`cursor IS NULL` is asked again of the newest version of each row).
// Rows are found again by their place: the planner, which takes the limit for what waits, would read all events for
// them otherwise. The running latest keeps a thing's events in their order when a clock was set back.
const number = `
  WITH waiting AS MATERIALIZED (
    SELECT 1 AS source, experiment_id AS id, sequence, ctid AS place,
      max(event_time) OVER (PARTITION BY experiment_id ORDER BY sequence) AS latest
    FROM experiment_events WHERE cursor IS NULL
    UNION ALL
    SELECT 2, deployment_id, sequence, ctid, max(event_time) OVER (PARTITION BY deployment_id ORDER BY sequence)
    FROM deployment_events WHERE cursor IS NULL
    ORDER BY latest, source, id, sequence LIMIT $1
  ), taken AS (
    UPDATE change_cursor SET newest = newest + (SELECT count(*) FROM waiting)
    WHERE EXISTS (SELECT FROM waiting) RETURNING newest - (SELECT count(*) FROM waiting) AS before
  ), numbered AS MATERIALIZED (
    SELECT source, place, before + row_number() OVER (ORDER BY latest, source, id, sequence) AS cursor
    FROM waiting, taken
  ), of_experiments AS (
    UPDATE experiment_events e SET cursor = n.cursor FROM numbered n
    WHERE n.source = 1 AND e.ctid = n.place AND e.cursor IS NULL
    RETURNING e.cursor
  ), of_deployments AS (
    UPDATE deployment_events e SET cursor = n.cursor FROM numbered n
    WHERE n.source = 2 AND e.ctid = n.place AND e.cursor IS NULL
    RETURNING e.cursor
  )
  SELECT count(*)::int AS numbered
  FROM (SELECT cursor FROM of_experiments UNION ALL SELECT cursor FROM of_deployments) AS told`;

const look = `
  SELECT newest, EXISTS (SELECT FROM experiment_events WHERE cursor IS NULL)
    OR EXISTS (SELECT FROM deployment_events WHERE cursor IS NULL) AS waiting
  FROM change_cursor`;

const batch = 5_000;

/** Gives cursors to the events that were committed without one; gives the newest cursor there is then. */
export async function numberEvents(q: Queryable): Promise<bigint> {
  for (;;) {
    const [row] = await q.query<{ newest: string; waiting: boolean }>(look);
    if (row === undefined) throw new Error("the table change_cursor has lost its row");
    if (!row.waiting) return BigInt(row.newest);
    await q.query(number, [batch]);
  }
}
