import { toJson } from "@bufbuild/protobuf";
import { AnalysisPlanSchema, VerdictSchema } from "@phoenix/gen/phoenix/analytics/v1/verdict_pb.ts";
import { type ExperimentSpec, ExperimentSpecSchema } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import {
  type ExperimentRecord,
  type ExperimentRow,
  experimentColumns,
  experimentFromRow,
} from "./experiment-record.ts";
import type { Phase } from "./state-machine.ts";

/** What is written down of a new experiment. */
export interface NewExperiment {
  experimentId: string;
  name: string;
  spec: ExperimentSpec;
  phaseReason: string;
  phaseDeadline: Date;
  createTime: Date;
}

/** What may be changed of an experiment; what is absent stays. */
export type ExperimentPatch = Partial<
  Omit<ExperimentRecord, "experimentId" | "ordinal" | "createTime" | "revision" | "lastEventSequence">
> & { targetHosts?: string[]; deleteTime?: Date };

/** Writes a new experiment down. */
export async function insertExperiment(tx: Tx, experiment: NewExperiment): Promise<ExperimentRecord> {
  const [row] = await tx.query<ExperimentRow>(
    `INSERT INTO experiments (experiment_id, name, spec, phase_reason, phase_deadline, create_time)
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${experimentColumns}`,
    [
      experiment.experimentId,
      experiment.name,
      JSON.stringify(toJson(ExperimentSpecSchema, experiment.spec)),
      experiment.phaseReason,
      experiment.phaseDeadline,
      experiment.createTime,
    ],
  );
  return experimentFromRow(row!);
}

/** Gives an experiment. @throws PhoenixError EXPERIMENT_NOT_FOUND. */
export async function getExperiment(q: Queryable, experimentId: string): Promise<ExperimentRecord> {
  return one(q, experimentId, "");
}

/** Gives an experiment and keeps it from changing until the transaction ends. @throws PhoenixError EXPERIMENT_NOT_FOUND. */
export async function lockExperiment(tx: Tx, experimentId: string): Promise<ExperimentRecord> {
  return one(tx, experimentId, "FOR UPDATE");
}

/** Lists experiments, newest first, from below an ordinal when one is given. */
export async function listExperiments(
  q: Queryable,
  filter: { phases: readonly Phase[]; before: bigint | null },
  limit: number,
): Promise<ExperimentRecord[]> {
  const rows = await q.query<ExperimentRow>(
    `SELECT ${experimentColumns} FROM experiments
     WHERE delete_time IS NULL AND (cardinality($1::text[]) = 0 OR phase = ANY ($1))
       AND ($2::bigint IS NULL OR ordinal < $2)
     ORDER BY ordinal DESC LIMIT $3`,
    [filter.phases, filter.before?.toString() ?? null, limit],
  );
  return rows.map(experimentFromRow);
}

const columns: Record<keyof ExperimentPatch, string> = {
  name: "name",
  spec: "spec",
  phase: "phase",
  phaseReason: "phase_reason",
  phaseDeadline: "phase_deadline",
  outcome: "outcome",
  rollout: "rollout",
  holdUntil: "hold_until",
  promotedVariant: "promoted_variant",
  promotedDigest: "promoted_digest",
  promoteTime: "promote_time",
  holdBackUntil: "hold_back_until",
  plan: "plan",
  arms: "arms",
  verdicts: "verdicts",
  analyzedBlocks: "analyzed_blocks",
  analysisFailures: "analysis_failures",
  analysisRetryAt: "analysis_retry_at",
  startTime: "start_time",
  calibrateTime: "calibrate_time",
  measureTime: "measure_time",
  endTime: "end_time",
  targetHosts: "target_hosts",
  deleteTime: "delete_time",
};

/** Changes a locked experiment and gives it as it is then; its etag changes too. */
export async function updateExperiment(
  tx: Tx,
  experimentId: string,
  patch: ExperimentPatch,
): Promise<ExperimentRecord> {
  const names = (Object.keys(patch) as (keyof ExperimentPatch)[]).filter((name) => patch[name] !== undefined);
  const sets = names.map((name, index) => `${columns[name]} = $${index + 2}`);
  const [row] = await tx.query<ExperimentRow>(
    `UPDATE experiments SET ${[...sets, "revision = revision + 1"].join(", ")}
     WHERE experiment_id = $1 RETURNING ${experimentColumns}`,
    [experimentId, ...names.map((name) => columnValue(patch, name))],
  );
  return experimentFromRow(row!);
}

function columnValue(patch: ExperimentPatch, name: keyof ExperimentPatch): unknown {
  if (name === "spec") return JSON.stringify(toJson(ExperimentSpecSchema, patch.spec!));
  if (name === "plan") return patch.plan === null ? null : JSON.stringify(toJson(AnalysisPlanSchema, patch.plan!));
  if (name === "verdicts") return JSON.stringify(patch.verdicts!.map((verdict) => toJson(VerdictSchema, verdict)));
  if (name === "arms") return JSON.stringify(patch.arms);
  return patch[name];
}

async function one(q: Queryable, experimentId: string, lock: "" | "FOR UPDATE"): Promise<ExperimentRecord> {
  const [row] = await q.query<ExperimentRow>(
    `SELECT ${experimentColumns} FROM experiments WHERE experiment_id = $1 AND delete_time IS NULL ${lock}`,
    [experimentId],
  );
  if (row !== undefined) return experimentFromRow(row);
  throw phoenixError(
    ErrorReason.EXPERIMENT_NOT_FOUND,
    `There is no experiment with the id ${experimentId}. List the experiments to see their ids.`,
    { metadata: { experimentId } },
  );
}
