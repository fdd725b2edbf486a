import { SubjectKind } from "@phoenix/gen/phoenix/controller/v1/subject_pb.ts";
import type { Queryable } from "@phoenix/platform/database";

/** What is known of something besides that it changed. */
export interface Subject {
  /** Its name; empty where it has none. */
  name: string;
  /** Labels that all hosts concerned have: those it selects by, or what its hosts have in common. */
  labels: Record<string, string>;
  deleted: boolean;
}

// With hosts that are named, what they have in common; else what they are selected by.
const labelsOf = (wanted: string, named: string): string => `
  CASE WHEN cardinality(${named}) = 0 THEN ${wanted} ELSE (
    WITH members AS (
      SELECT h.host_id, h.labels FROM unnest(${named}) AS n (name) JOIN hosts h ON h.host_id = n.name
      UNION SELECT h.host_id, h.labels FROM unnest(${named}) AS n (name) JOIN hosts h ON h.host_name = n.name
    )
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM (
      SELECT l.key, l.value FROM members, jsonb_each_text(members.labels) AS l
      GROUP BY l.key, l.value HAVING count(*) = (SELECT count(*) FROM members)
    ) AS common
  ) END`;

const textsOf = (json: string): string => `ARRAY(SELECT jsonb_array_elements_text(coalesce(${json}, '[]')))`;

const statements = new Map<SubjectKind, string>([
  [
    SubjectKind.EXPERIMENT,
    `SELECT s.id, s.name, s.deleted, ${labelsOf("s.wanted", "s.named")} AS labels FROM (
       SELECT experiment_id AS id, name, delete_time IS NOT NULL AS deleted,
         coalesce(spec -> 'hosts' -> 'labels', '{}') AS wanted,
         CASE WHEN cardinality(target_hosts) > 0 THEN target_hosts
           ELSE ${textsOf("spec -> 'hosts' -> 'hosts'")} END AS named
       FROM experiments WHERE experiment_id = ANY ($1)) AS s`,
  ],
  [
    SubjectKind.DEPLOYMENT,
    `SELECT s.id, s.name, s.deleted, ${labelsOf("s.wanted", "s.named")} AS labels FROM (
       SELECT deployment_id AS id, name, delete_time IS NOT NULL AS deleted,
         coalesce(selector -> 'labels', '{}') AS wanted, ${textsOf("selector -> 'hosts'")} AS named
       FROM deployments WHERE deployment_id = ANY ($1)) AS s`,
  ],
  [
    SubjectKind.LOAD_SIMULATION,
    `SELECT s.id, '' AS name, false AS deleted, ${labelsOf("'{}'::jsonb", "s.named")} AS labels FROM (
       SELECT load_simulation_id AS id, array_agg(host_id) AS named
       FROM load_simulation_hosts WHERE load_simulation_id = ANY ($1) GROUP BY load_simulation_id) AS s`,
  ],
]);

/** Reads experiments, deployments or load simulations by their ids; those that are not there are missing. */
export async function readSubjects(
  q: Queryable,
  kind: SubjectKind,
  ids: readonly string[],
): Promise<Map<string, Subject>> {
  const statement = statements.get(kind);
  if (statement === undefined || ids.length === 0) return new Map();
  const rows = await q.query<Subject & { id: string }>(statement, [ids]);
  return new Map(rows.map(({ id, name, labels, deleted }) => [id, { name, labels, deleted }]));
}
