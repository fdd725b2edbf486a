import type { Queryable, Tx } from "@phoenix/platform/database";

/** What a version of a deployment has its hosts run; it never changes. */
export interface VersionContent {
  pipeline: string;
  pipelineVersion: number;
  variables: Record<string, string>;
  mustKeep: string[];
  configDigest: string;
  /** Scrape interval of the configuration, in seconds. */
  intervalSeconds: number;
}

/** A version of a deployment. */
export interface VersionRecord extends VersionContent {
  version: number;
  /** The version a rollback of this one brings back; null for none. */
  previousVersion: number | null;
  createTime: Date;
  actor: string;
  reason: string;
  /** What became of it, in one sentence; empty while that is open. */
  outcome: string;
  /** Its configuration is quarantined now. */
  quarantined: boolean;
}

/** A version to write down. */
export type NewVersion = Omit<VersionRecord, "version" | "outcome" | "quarantined">;

interface VersionRow {
  version: number;
  pipeline: string;
  pipeline_version: number;
  variables: Record<string, string>;
  must_keep: string[];
  config_digest: string;
  interval_seconds: number;
  previous_version: number | null;
  create_time: Date;
  actor: string;
  reason: string;
  outcome: string;
  quarantined: boolean;
}

const columns = `v.version, v.pipeline, v.pipeline_version, v.variables, v.must_keep, v.config_digest,
  v.interval_seconds, v.previous_version, v.create_time, v.actor, v.reason, v.outcome,
  EXISTS (SELECT FROM config_quarantine q WHERE q.config_digest = v.config_digest) AS quarantined`;

/** Writes a version down and gives its number, the next of its deployment. The deployment is locked. */
export async function insertVersion(tx: Tx, deploymentId: string, version: NewVersion): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO deployment_versions (deployment_id, version, pipeline, pipeline_version, variables, must_keep,
       config_digest, interval_seconds, previous_version, create_time, actor, reason)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
     FROM deployment_versions WHERE deployment_id = $1 RETURNING version`,
    [
      deploymentId,
      version.pipeline,
      version.pipelineVersion,
      JSON.stringify(version.variables),
      version.mustKeep,
      version.configDigest,
      version.intervalSeconds,
      version.previousVersion,
      version.createTime,
      version.actor,
      version.reason,
    ],
  );
  return row!.version;
}

/** Gives versions of a deployment by their numbers; those that do not exist are absent. */
export async function getVersions(
  q: Queryable,
  deploymentId: string,
  versions: readonly number[],
): Promise<Map<number, VersionRecord>> {
  const rows = await q.query<VersionRow>(
    `SELECT ${columns} FROM deployment_versions v WHERE deployment_id = $1 AND version = ANY ($2)`,
    [deploymentId, versions],
  );
  return new Map(rows.map((row) => [row.version, versionFromRow(row)]));
}

/** Gives one version of a deployment; null when there is none. */
export async function getVersion(q: Queryable, deploymentId: string, version: number): Promise<VersionRecord | null> {
  return (await getVersions(q, deploymentId, [version])).get(version) ?? null;
}

/** Lists versions of a deployment, newest first, from below a number when one is given. */
export async function listVersions(
  q: Queryable,
  deploymentId: string,
  before: number | null,
  limit: number,
): Promise<VersionRecord[]> {
  const rows = await q.query<VersionRow>(
    `SELECT ${columns} FROM deployment_versions v
     WHERE deployment_id = $1 AND ($2::integer IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
    [deploymentId, before, limit],
  );
  return rows.map(versionFromRow);
}

/** Notes what became of a version. */
export async function setOutcome(tx: Tx, deploymentId: string, version: number, outcome: string): Promise<void> {
  await tx.query("UPDATE deployment_versions SET outcome = $3 WHERE deployment_id = $1 AND version = $2", [
    deploymentId,
    version,
    outcome,
  ]);
}

function versionFromRow(row: VersionRow): VersionRecord {
  return {
    version: row.version,
    pipeline: row.pipeline,
    pipelineVersion: row.pipeline_version,
    variables: row.variables,
    mustKeep: row.must_keep,
    configDigest: row.config_digest,
    intervalSeconds: row.interval_seconds,
    previousVersion: row.previous_version,
    createTime: row.create_time,
    actor: row.actor,
    reason: row.reason,
    outcome: row.outcome,
    quarantined: row.quarantined,
  };
}
