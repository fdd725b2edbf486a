import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { anyOf, type Look, type Notice } from "./notice.ts";

interface TaskRow {
  task_id: string;
  open: boolean;
  key: string;
  labels: Record<string, string>;
}

// Tasks carry no time of their last change, and no index tells which ended last: that
// would cost every task. So the open ones are compared, and the newest ones besides,
// which may have begun and ended between two looks.
const read = `
  SELECT t.task_id, t.open, t.key, coalesce(h.labels, '{}') AS labels FROM (
    (SELECT task_id, host_id, true AS open, concat_ws('/', state, attempt, cancel_requested_at) AS key
     FROM agent_tasks WHERE ended_at IS NULL LIMIT $2)
    UNION ALL
    (SELECT task_id, host_id, false, 'ended' FROM agent_tasks WHERE task_seq > $1 AND ended_at IS NOT NULL LIMIT $2)
  ) AS t LEFT JOIN hosts h USING (host_id)`;
const readNewest = "SELECT coalesce(max(task_seq), 0) AS newest FROM agent_tasks";

/** With more open tasks than this, a change is one of any task. */
const mostOpen = 2_000;
/** Numbers are given before the commit, so some of the newest may come late. */
const newestKept = 500;

/** Creates the look at tasks: new, begun, tried again, ended. */
export function createTaskLook(q: Queryable): Look {
  let known: { newest: number; crowded: boolean; tasks: Map<string, TaskRow> } | undefined;

  return {
    async look() {
      const before = known;
      const [end] = await q.query<{ newest: string }>(readNewest);
      const newest = Number(end?.newest ?? 0);
      const rows = await q.query<TaskRow>(read, [(before?.newest ?? newest) - newestKept, mostOpen + 1]);
      const crowded = rows.length > mostOpen;
      const tasks = new Map(rows.map((row) => [row.task_id, row]));
      known = { newest, crowded, tasks };
      if (before === undefined) return [];
      if (crowded || before.crowded) return [anyOf(SubjectKind.TASK)];
      const changed = rows.filter((row) => before.tasks.get(row.task_id)?.key !== row.key);
      // An ended one that is missing is only among the newest no longer.
      const ended = [...before.tasks.values()].filter((row) => row.open && !tasks.has(row.task_id));
      return [...changed, ...ended].map(notice);
    },
    forget() {
      known = undefined;
    },
  };
}

function notice({ task_id, labels }: TaskRow): Notice {
  return { kind: SubjectKind.TASK, subjectId: task_id, name: "", labels, deleted: false };
}
