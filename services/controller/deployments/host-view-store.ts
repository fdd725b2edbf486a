import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { CollectorStatusSchema } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { HostSelector } from "@phoenix/gen/phoenix/controller/v1/experiment_pb.ts";
import type { Queryable } from "@phoenix/platform/database";
import { activeCollectorId, type HostState } from "../fleet/index.ts";
import type { Drift, HostPhase, HostView, PipelineBefore } from "./host-view.ts";
import { meant } from "./meant-hosts.ts";

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
