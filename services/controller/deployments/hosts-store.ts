import type { Queryable, Tx } from "@phoenix/platform/database";
import type { Drift, HostPhase, PipelineBefore } from "./host-view.ts";
import type { StepPlan } from "./plan-steps.ts";

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
