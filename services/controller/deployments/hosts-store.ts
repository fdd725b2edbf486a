import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { CollectorStatusSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { HostSelector } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { activeCollectorId, type HostState } from "../fleet/index.ts";
import type { Drift, HostPhase, HostView, PipelineBefore } from "./host-view.ts";
import type { StepPlan } from "./plan-steps.ts";

interface HostViewRow {
  host_id: string;
  host_name: string;
  step: number;
  wanted_version: number;
  wanted_digest: string | null;
  told_digest: string | null;
  phase: HostPhase;
  told_version: number | null;
  applied_version: number;
  task_id: string | null;
  try: number;
  told_time: Date | null;
  applied_time: Date | null;
  message: string;
  announced: boolean;
  before: PipelineBefore;
  drift: Drift;
  drift_detail: string;
  drift_time: Date;
  repairs: number;
  repair_time: Date | null;
  state: HostState;
  draining: boolean;
  silent_ms: number | null;
  last_seen_at: Date | null;
  selected: boolean;
  collector: JsonValue | null;
  active_digest: string | null;
  active_experiment: string | null;
  measured_at: Date | null;
  figures_ago_ms: number;
  input_points_per_second: number | null;
  output_points_per_second: number;
  active_series: string;
  retention_ratio: number | null;
}

/** What a selector means, over `hosts h`; the parameters are its hosts and labels. */
const meant = (hosts: string, labels: string): string =>
  `(cardinality(${hosts}::text[]) = 0 OR h.host_id = ANY (${hosts}) OR h.host_name = ANY (${hosts})) AND h.labels @> ${labels}::jsonb`;

const read = `
  SELECT h.host_id, h.host_name, h.draining, d.step, d.wanted_version, w.config_digest AS wanted_digest,
    t.config_digest AS told_digest, d.phase, d.told_version, d.applied_version, d.task_id, d.try, d.told_time,
    d.applied_time, d.message, d.announced, d.before, d.drift, d.drift_detail, d.drift_time, d.repairs, d.repair_time,
    s.state, extract(epoch FROM now() - s.last_seen_at)::double precision * 1000 AS silent_ms, s.last_seen_at,
    (${meant("$2", "$3")}) AS selected,
    (SELECT c FROM jsonb_array_elements(s.collectors) c WHERE c ->> 'collectorId' = '${activeCollectorId}') AS collector,
    a.config_digest AS active_digest, a.experiment_id AS active_experiment,
    f.measured_at, extract(epoch FROM now() - f.measured_at)::double precision * 1000 AS figures_ago_ms,
    f.input_points_per_second, f.output_points_per_second, f.active_series, f.retention_ratio
  FROM deployment_hosts d
  JOIN hosts h USING (host_id)
  JOIN agent_status s USING (host_id)
  LEFT JOIN active_pipelines a USING (host_id)
  LEFT JOIN collector_figures f ON f.host_id = d.host_id AND f.collector_id = '${activeCollectorId}'
    AND (d.applied_time IS NULL OR f.measured_at > d.applied_time)
  LEFT JOIN deployment_versions w ON w.deployment_id = d.deployment_id AND w.version = d.wanted_version
  LEFT JOIN deployment_versions t ON t.deployment_id = d.deployment_id AND t.version = d.told_version
  WHERE d.deployment_id = $1`;

const lenient = { ignoreUnknownFields: true };

/** Reads the hosts of a deployment with what is known of them, in the order in which they are told. */
export async function readHostViews(q: Queryable, deploymentId: string, selector: HostSelector): Promise<HostView[]> {
  const params = [deploymentId, selector.hosts, JSON.stringify(selector.labels)];
  return (await q.query<HostViewRow>(`${read} ORDER BY d.step, d.place, h.host_id`, params)).map(viewFromRow);
}

/** Lists hosts of a deployment by name, from behind `after` when it is given, and only those that stand like this. */
export async function listHostViews(
  q: Queryable,
  deploymentId: string,
  filter: { drift: readonly Drift[]; after: string | null },
  limit: number,
): Promise<HostView[]> {
  const rows = await q.query<HostViewRow>(
    `${read} AND (cardinality($4::text[]) = 0 OR d.drift = ANY ($4)) AND ($5::text IS NULL OR h.host_name > $5)
     ORDER BY h.host_name LIMIT $6`,
    [deploymentId, [], "{}", filter.drift, filter.after, limit],
  );
  return rows.map(viewFromRow);
}

/** Hosts a selector means, with the deployment each belongs to; null for none. */
export async function findMeantHosts(
  q: Queryable,
  selector: Pick<HostSelector, "hosts" | "labels">,
): Promise<{ hostId: string; hostName: string; ready: boolean; deploymentId: string | null; deployment: string }[]> {
  const rows = await q.query<{
    host_id: string;
    host_name: string;
    ready: boolean;
    deployment_id: string | null;
    name: string | null;
  }>(
    `SELECT h.host_id, h.host_name, s.state = 'online' AND NOT h.draining AS ready, d.deployment_id, p.name
     FROM hosts h JOIN agent_status s USING (host_id)
     LEFT JOIN deployment_hosts d USING (host_id) LEFT JOIN deployments p USING (deployment_id)
     WHERE ${meant("$1", "$2")} ORDER BY h.host_name`,
    [selector.hosts, JSON.stringify(selector.labels)],
  );
  return rows.map((row) => ({
    hostId: row.host_id,
    hostName: row.host_name,
    ready: row.ready,
    deploymentId: row.deployment_id,
    deployment: row.name ?? "",
  }));
}

/** Ids of hosts that a selector means and that belong to no deployment. */
export async function findJoining(q: Queryable, selector: HostSelector): Promise<string[]> {
  const rows = await q.query<{ host_id: string }>(
    `SELECT h.host_id FROM hosts h
     WHERE NOT EXISTS (SELECT FROM deployment_hosts d WHERE d.host_id = h.host_id) AND ${meant("$1", "$2")}
     ORDER BY h.host_id`,
    [selector.hosts, JSON.stringify(selector.labels)],
  );
  return rows.map((row) => row.host_id);
}

/** Puts hosts into a deployment, to be told in their steps; one that another deployment took meanwhile is left out. */
export async function insertHosts(
  tx: Tx,
  deploymentId: string,
  order: StepPlan["order"],
  joined: { wantedVersion: number; phase: HostPhase; now: Date },
): Promise<string[]> {
  const rows = await tx.query<{ host_id: string }>(
    `INSERT INTO deployment_hosts (deployment_id, host_id, step, place, wanted_version, phase, drift_time)
     SELECT $1, o.host_id, o.step, o.place, $4, $5, $6
     FROM unnest($2::text[], $3::integer[]) WITH ORDINALITY AS o (host_id, step, place)
     ON CONFLICT DO NOTHING RETURNING host_id`,
    [
      deploymentId,
      order.map((one) => one.hostId),
      order.map((one) => one.step),
      joined.wantedVersion,
      joined.phase,
      joined.now,
    ],
  );
  return rows.map((row) => row.host_id);
}

/** Takes hosts out of their deployment. */
export async function deleteHosts(tx: Tx, deploymentId: string, hostIds: readonly string[]): Promise<void> {
  await tx.query("DELETE FROM deployment_hosts WHERE deployment_id = $1 AND host_id = ANY ($2)", [
    deploymentId,
    hostIds,
  ]);
}

/** Has every host wait for a version, in the steps of a plan. */
export async function awaitVersion(
  tx: Tx,
  deploymentId: string,
  version: number,
  order: StepPlan["order"],
): Promise<void> {
  await tx.query(
    `UPDATE deployment_hosts d
     SET step = o.step, place = o.place, wanted_version = $2, phase = 'waiting', message = '', announced = true,
       applied_time = NULL, repairs = 0, repair_time = NULL
     FROM unnest($3::text[], $4::integer[]) WITH ORDINALITY AS o (host_id, step, place)
     WHERE d.deployment_id = $1 AND d.host_id = o.host_id`,
    [deploymentId, version, order.map((one) => one.hostId), order.map((one) => one.step)],
  );
}

/**
 * Has hosts wait for a version that is an earlier one again. Those that run the
 * same and were told nothing else since have it already.
 */
export async function awaitEarlierVersion(tx: Tx, deploymentId: string, version: number): Promise<void> {
  await tx.query(
    `UPDATE deployment_hosts d
     SET wanted_version = $2, step = 1, phase = CASE WHEN r.has THEN 'applied' ELSE 'waiting' END,
       told_version = CASE WHEN r.has THEN $2 ELSE d.told_version END,
       applied_version = CASE WHEN r.has THEN $2 ELSE d.applied_version END,
       applied_time = CASE WHEN r.has THEN d.applied_time END,
       message = '', announced = true, repairs = 0, repair_time = NULL
     FROM (
       SELECT h.host_id, coalesce(h.phase IN ('applied', 'waiting') AND h.told_version = h.applied_version
         AND r.config_digest = w.config_digest AND r.must_keep = w.must_keep, false) AS has
       FROM deployment_hosts h
       JOIN deployment_versions w ON w.deployment_id = h.deployment_id AND w.version = $2
       LEFT JOIN deployment_versions r ON r.deployment_id = h.deployment_id AND r.version = h.told_version
       WHERE h.deployment_id = $1
     ) r
     WHERE d.deployment_id = $1 AND d.host_id = r.host_id`,
    [deploymentId, version],
  );
}

/** Has hosts wait for what they ran before the deployment, or for nothing; those that were told nothing have it. */
export async function awaitBefore(tx: Tx, deploymentId: string, what: "before" | "nothing"): Promise<void> {
  await tx.query(
    `UPDATE deployment_hosts
     SET wanted_version = 0, step = 1, phase = CASE WHEN told_version IS NULL THEN 'applied' ELSE 'waiting' END,
       before = CASE WHEN $2 = 'before' THEN before END,
       message = '', announced = true, applied_time = NULL, repairs = 0, repair_time = NULL
     WHERE deployment_id = $1`,
    [deploymentId, what],
  );
}

/** Has hosts wait to be told again what they are to run. */
export async function awaitAgain(
  tx: Tx,
  deploymentId: string,
  hostIds: readonly string[],
  repair: Date | null,
): Promise<void> {
  await tx.query(
    `UPDATE deployment_hosts
     SET phase = 'waiting', message = '', announced = true, applied_time = NULL,
       repairs = repairs + CASE WHEN $3::timestamptz IS NULL THEN 0 ELSE 1 END, repair_time = coalesce($3, repair_time)
     WHERE deployment_id = $1 AND host_id = ANY ($2)`,
    [deploymentId, hostIds, repair],
  );
}

/** What was told to a host. */
export interface ToldHost {
  hostId: string;
  taskId: string;
  before: PipelineBefore;
}

/** Notes that hosts were told what they are to run. */
export async function markTold(tx: Tx, deploymentId: string, told: readonly ToldHost[], now: Date): Promise<void> {
  await tx.query(
    `UPDATE deployment_hosts d
     SET phase = 'told', told_version = d.wanted_version, task_id = t.task_id, try = d.try + 1, told_time = $5,
       applied_time = NULL, message = '', announced = true,
       before = CASE WHEN d.told_version IS NULL THEN t.before::jsonb ELSE d.before END
     FROM unnest($2::text[], $3::text[], $4::text[]) AS t (host_id, task_id, before)
     WHERE d.deployment_id = $1 AND d.host_id = t.host_id`,
    [
      deploymentId,
      told.map((one) => one.hostId),
      told.map((one) => one.taskId),
      told.map((one) => (one.before === null ? null : JSON.stringify(one.before))),
      now,
    ],
  );
}

/** Notes that hosts need not be told: somebody else decides what they run. */
export async function markLeftAlone(tx: Tx, deploymentId: string, hostIds: readonly string[]): Promise<void> {
  await tx.query("UPDATE deployment_hosts SET phase = 'applied' WHERE deployment_id = $1 AND host_id = ANY ($2)", [
    deploymentId,
    hostIds,
  ]);
}

/** Notes that refusals have their events. */
export async function markAnnounced(tx: Tx, deploymentId: string, hostIds: readonly string[]): Promise<void> {
  await tx.query("UPDATE deployment_hosts SET announced = true WHERE deployment_id = $1 AND host_id = ANY ($2)", [
    deploymentId,
    hostIds,
  ]);
}

/** How a host stands now. */
export interface DriftChange {
  hostId: string;
  drift: Drift;
  detail: string;
  /** It came to stand so now; otherwise only the detail is another one. */
  isNew: boolean;
}

/** Stores how hosts stand; one that is in sync needs no repair any more. */
export async function storeDrift(
  tx: Tx,
  deploymentId: string,
  changes: readonly DriftChange[],
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE deployment_hosts d
     SET drift = c.drift, drift_detail = c.detail, drift_time = CASE WHEN c.is_new THEN $6 ELSE d.drift_time END,
       repairs = CASE WHEN c.drift = 'in_sync' THEN 0 ELSE d.repairs END,
       repair_time = CASE WHEN c.drift = 'in_sync' THEN NULL ELSE d.repair_time END
     FROM unnest($2::text[], $3::text[], $4::text[], $5::boolean[]) AS c (host_id, drift, detail, is_new)
     WHERE d.deployment_id = $1 AND d.host_id = c.host_id`,
    [
      deploymentId,
      changes.map((change) => change.hostId),
      changes.map((change) => change.drift),
      changes.map((change) => change.detail),
      changes.map((change) => change.isNew),
      now,
    ],
  );
}

/** Counts the hosts of deployments by how they stand; a deployment without hosts is absent. */
export async function countDrift(
  q: Queryable,
  deploymentIds: readonly string[],
): Promise<Map<string, Partial<Record<Drift, number>>>> {
  const rows = await q.query<{ deployment_id: string; counts: Partial<Record<Drift, number>> }>(
    `SELECT deployment_id, jsonb_object_agg(drift, hosts) AS counts FROM (
       SELECT deployment_id, drift, count(*) AS hosts FROM deployment_hosts
       WHERE deployment_id = ANY ($1) GROUP BY deployment_id, drift
     ) c GROUP BY deployment_id`,
    [deploymentIds],
  );
  return new Map(rows.map((row) => [row.deployment_id, row.counts]));
}

function viewFromRow(row: HostViewRow): HostView {
  return {
    hostId: row.host_id,
    hostName: row.host_name,
    step: row.step,
    wantedVersion: row.wanted_version,
    wantedDigest: row.wanted_digest ?? "",
    toldDigest: row.told_digest ?? "",
    phase: row.phase,
    toldVersion: row.told_version,
    appliedVersion: row.applied_version,
    taskId: row.task_id,
    try: row.try,
    toldTime: row.told_time,
    appliedTime: row.applied_time,
    message: row.message,
    announced: row.announced,
    before: row.before,
    drift: row.drift,
    driftDetail: row.drift_detail,
    driftTime: row.drift_time,
    repairs: row.repairs,
    repairTime: row.repair_time,
    hostState: row.state,
    draining: row.draining,
    silentMs: row.silent_ms,
    seenTime: row.last_seen_at,
    selected: row.selected,
    collector: row.collector === null ? null : fromJson(CollectorStatusSchema, row.collector, lenient),
    active:
      row.active_digest === null ? null : { configDigest: row.active_digest, experimentId: row.active_experiment },
    figures:
      row.measured_at === null
        ? null
        : {
            measuredTime: row.measured_at,
            agoMs: row.figures_ago_ms,
            inputPointsPerSecond: row.input_points_per_second,
            outputPointsPerSecond: row.output_points_per_second,
            activeSeries: Number(row.active_series),
            retentionRatio: row.retention_ratio,
          },
  };
}
