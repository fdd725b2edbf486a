import { create, toJson } from "@bufbuild/protobuf";
import { RolloutGatesSchema, RolloutStrategySchema } from "@phoenix/gen/phoenix/controller/v1/deployment_pb.ts";
import { HostSelectorSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import {
  type DeploymentRecord,
  type DeploymentRow,
  deploymentColumns,
  deploymentFromRow,
} from "./deployment-record.ts";

/** What may be changed of a deployment; what is absent stays. */
export type DeploymentPatch = Partial<
  Omit<DeploymentRecord, "deploymentId" | "createTime" | "updateTime" | "revision" | "lastEventSequence">
> & { deleteTime?: Date };

/** What is written down of a new deployment. */
export type NewDeployment = Omit<DeploymentRecord, "updateTime" | "revision" | "lastEventSequence">;

/** Writes a new deployment down; another of the same name that is not deleted breaks `deployments_name`. */
export async function insertDeployment(tx: Tx, deployment: NewDeployment): Promise<void> {
  const names = Object.keys(columns).filter((name) => name !== "deleteTime") as (keyof DeploymentPatch)[];
  const fields = [...names.map((name) => columns[name]), "deployment_id", "create_time", "update_time"];
  const { deploymentId, createTime } = deployment;
  const values = [...names.map((name) => columnValue(deployment, name)), deploymentId, createTime, createTime];
  await tx.query(
    `INSERT INTO deployments (${fields.join(", ")}) VALUES (${fields.map((_, index) => `$${index + 1}`).join(", ")})`,
    values,
  );
}

/** Gives a deployment by id or name. @throws PhoenixError DEPLOYMENT_NOT_FOUND. */
export async function getDeployment(q: Queryable, idOrName: string): Promise<DeploymentRecord> {
  return requireOne(await findDeployment(q, idOrName), idOrName);
}

/** Gives a deployment by id or name; null when there is none. */
export async function findDeployment(q: Queryable, idOrName: string): Promise<DeploymentRecord | null> {
  // An id before a name: a name may look like another's id.
  const [row] = await q.query<DeploymentRow>(
    `SELECT ${deploymentColumns} FROM deployments d
     WHERE (deployment_id = $1 OR name = $1) AND delete_time IS NULL ORDER BY deployment_id = $1 DESC LIMIT 1`,
    [idOrName],
  );
  return row === undefined ? null : deploymentFromRow(row);
}

/** Gives a deployment by id or name and keeps it from changing until the transaction ends. @throws PhoenixError DEPLOYMENT_NOT_FOUND. */
export async function lockDeployment(tx: Tx, idOrName: string): Promise<DeploymentRecord> {
  const { deploymentId } = await getDeployment(tx, idOrName);
  const [row] = await tx.query<DeploymentRow>(
    `SELECT ${deploymentColumns} FROM deployments d WHERE deployment_id = $1 AND delete_time IS NULL FOR UPDATE`,
    [deploymentId],
  );
  return requireOne(row === undefined ? null : deploymentFromRow(row), idOrName);
}

/** Lists deployments by name, from behind `after` when it is given; of one pipeline where one is named. */
export async function listDeployments(
  q: Queryable,
  filter: { pipeline: string; after: string | null },
  limit: number,
): Promise<DeploymentRecord[]> {
  const rows = await q.query<DeploymentRow>(
    `SELECT ${deploymentColumns} FROM deployments d
     JOIN deployment_versions v ON v.deployment_id = d.deployment_id AND v.version = d.wanted_version
     WHERE d.delete_time IS NULL AND ($1 = '' OR v.pipeline = $1) AND ($2::text IS NULL OR d.name > $2)
     ORDER BY d.name LIMIT $3`,
    [filter.pipeline, filter.after, limit],
  );
  return rows.map(deploymentFromRow);
}

const columns: Record<keyof DeploymentPatch, string> = {
  name: "name",
  selector: "selector",
  strategy: "strategy",
  gates: "gates",
  repairDrift: "repair_drift",
  wantedVersion: "wanted_version",
  targetVersion: "target_version",
  state: "state",
  stateReason: "state_reason",
  step: "step",
  steps: "steps",
  settledTime: "settled_time",
  deleteTime: "delete_time",
};

/** Changes a locked deployment and gives it as it is then; its etag changes too. */
export async function updateDeployment(
  tx: Tx,
  deploymentId: string,
  patch: DeploymentPatch,
  now: Date,
): Promise<DeploymentRecord> {
  const names = (Object.keys(patch) as (keyof DeploymentPatch)[]).filter((name) => patch[name] !== undefined);
  const sets = names.map((name, index) => `${columns[name]} = $${index + 3}`);
  const [row] = await tx.query<DeploymentRow>(
    `UPDATE deployments d SET ${[...sets, "update_time = $2", "revision = revision + 1"].join(", ")}
     WHERE deployment_id = $1 RETURNING ${deploymentColumns}`,
    [deploymentId, now, ...names.map((name) => columnValue(patch, name))],
  );
  return deploymentFromRow(row!);
}

function columnValue(patch: DeploymentPatch, name: keyof DeploymentPatch): unknown {
  if (name === "selector")
    return JSON.stringify(toJson(HostSelectorSchema, create(HostSelectorSchema, patch.selector)));
  if (name === "strategy") {
    return JSON.stringify(toJson(RolloutStrategySchema, create(RolloutStrategySchema, patch.strategy)));
  }
  if (name === "gates") return JSON.stringify(toJson(RolloutGatesSchema, create(RolloutGatesSchema, patch.gates)));
  return patch[name];
}

function requireOne(record: DeploymentRecord | null, idOrName: string): DeploymentRecord {
  if (record !== null) return record;
  throw deploymentNotFound(idOrName);
}

/** That no deployment has this id or name. */
export function deploymentNotFound(idOrName: string): PhoenixError {
  return phoenixError(
    ErrorReason.DEPLOYMENT_NOT_FOUND,
    `No deployment has the id or name ${JSON.stringify(idOrName)}. List the deployments to see the ones there are.`,
    { metadata: { deployment: idOrName } },
  );
}
