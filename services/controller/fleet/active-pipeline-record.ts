import type { CollectorStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";

/** The collector that runs a host's pipeline outside experiments has this id. */
export const activeCollectorId = "active";

/** What a host is to run outside experiments, and what it says it runs. */
export type ActivePipelineRecord = {
  pipeline: string;
  /** Digest wanted. */
  configDigest: string;
  /** Digest the agent said last; empty when it runs none. */
  runningDigest: string;
  /** The experiment that promoted it. */
  experimentId: string | null;
  updatedAt: Date;
};

/** The columns of `active_pipelines` beside a host; null where it has none. */
export type ActivePipelineRow = {
  pipeline: string | null;
  config_digest: string | null;
  experiment_id: string | null;
  updated_at: Date | null;
};

/** An active pipeline from its columns; null for a host that has none. */
export function activeFromRow(
  row: ActivePipelineRow,
  collectors: readonly CollectorStatus[],
): ActivePipelineRecord | null {
  if (row.pipeline === null || row.config_digest === null || row.updated_at === null) return null;
  const running = collectors.find((collector) => collector.collectorId === activeCollectorId);
  return {
    pipeline: row.pipeline,
    configDigest: row.config_digest,
    runningDigest: running?.configDigest ?? "",
    experimentId: row.experiment_id,
    updatedAt: row.updated_at,
  };
}
