import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import type { Look, Notice } from "./notice.ts";
import { readSubjects } from "./subjects.ts";

interface KeyRow {
  id: string;
  key: string;
}

/** How one kind of thing is looked at: a statement that gives ids and keys; a key differs after each change. */
interface Manner {
  kind: SubjectKind;
  read: string;
  /** A statement whose one value stays while nothing changes; saves reading all keys. */
  total?: string;
  /** What is no longer in the answer is gone; else it only came to rest. */
  missingIsGone: boolean;
}

const experiments: Manner = {
  kind: SubjectKind.EXPERIMENT,
  read: "SELECT experiment_id AS id, revision::text AS key FROM experiments WHERE delete_time IS NULL",
  total: "SELECT concat_ws('/', count(*), sum(revision)) AS key FROM experiments WHERE delete_time IS NULL",
  missingIsGone: true,
};

// Progress is in the rows of the hosts, which no revision counts.
const deployments: Manner = {
  kind: SubjectKind.DEPLOYMENT,
  read: `SELECT d.deployment_id AS id, concat_ws(' ', d.revision, h.key) AS key FROM deployments d
    LEFT JOIN (
      SELECT deployment_id, string_agg(concat_ws('/', phase, drift, version, try, count), ' '
        ORDER BY phase, drift, version, try) AS key FROM (
        SELECT deployment_id, phase, drift, applied_version AS version, try, count(*) AS count
        FROM deployment_hosts GROUP BY 1, 2, 3, 4, 5) AS s GROUP BY deployment_id) AS h USING (deployment_id)
    WHERE d.delete_time IS NULL`,
  missingIsGone: true,
};

// The newest ones besides, which may have begun and ended between two looks.
const loads: Manner = {
  kind: SubjectKind.LOAD_SIMULATION,
  read: `SELECT load_simulation_id AS id,
      md5(string_agg(concat_ws('/', host_id, state, processes, spawned, message, detail), ' ' ORDER BY host_id)) AS key
    FROM load_simulation_hosts WHERE state NOT IN ('stopped', 'failed')
      OR load_simulation_id IN (SELECT load_simulation_id FROM load_simulations ORDER BY ordinal DESC LIMIT 20)
    GROUP BY load_simulation_id`,
  missingIsGone: false,
};

/** Creates the looks at experiments, deployments and load simulations. */
export function createSubjectLooks(q: Queryable): Look[] {
  return [experiments, deployments, loads].map((manner) => createLook(q, manner));
}

function createLook(q: Queryable, { kind, read, total, missingIsGone }: Manner): Look {
  let known: Map<string, string> | undefined;
  let lastTotal: string | undefined;

  return {
    async look() {
      const before = known;
      const [sum] = total === undefined ? [] : await q.query<{ key: string }>(total);
      if (before !== undefined && sum !== undefined && sum.key === lastTotal) return [];
      const now = new Map((await q.query<KeyRow>(read)).map(({ id, key }) => [id, key]));
      const changed = [...now].flatMap(([id, key]) => (before?.get(id) === key ? [] : [id]));
      const missing = [...(before?.keys() ?? [])].filter((id) => !now.has(id));
      const told = before === undefined ? [] : [...changed, ...missing];
      const subjects = await readSubjects(q, kind, told);
      // Last: a look that fails before is one that never was.
      known = now;
      lastTotal = sum?.key;
      const gone = new Set(missingIsGone ? missing : []);
      return told.map((subjectId): Notice => {
        const { name = "", labels = {} } = subjects.get(subjectId) ?? {};
        return { kind, subjectId, name, labels, deleted: gone.has(subjectId) };
      });
    },
    forget() {
      known = undefined;
      lastTotal = undefined;
    },
  };
}
