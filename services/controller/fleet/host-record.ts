import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import {
  type CollectorStatus,
  CollectorStatusSchema,
  type HostFacts,
  HostFactsSchema,
} from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { type ActivePipelineRecord, type ActivePipelineRow, activeFromRow } from "./active-pipeline-record.ts";

/** Whether a host's agent can be reached; `lost` went away without a word, `departed` said goodbye. */
export type HostState = "online" | "lost" | "departed" | "enrolled";

/** A host as it is stored. */
export type HostRecord = {
  hostId: string;
  hostName: string;
  state: HostState;
  labels: Record<string, string>;
  /** It takes no new work. */
  draining: boolean;
  facts: HostFacts | null;
  /** Its collectors, as its agent said last. */
  collectors: CollectorStatus[];
  /** What it is to run outside experiments. */
  active: ActivePipelineRecord | null;
  /** When its agent was heard last, a heartbeat interval late at most. */
  lastSeenAt: Date | null;
  enrolledAt: Date;
  /** Number of its newest session; 0 before the first. */
  session: bigint;
  /** Changes with every change made by users. */
  etag: string;
  agentCpuRatio: number;
  agentRssBytes: bigint;
  /** Differs after every change but heartbeats. */
  changeKey: string;
};

/** The columns of a host as the driver gives them. */
export type HostRow = ActivePipelineRow & {
  host_id: string;
  host_name: string;
  state: HostState;
  labels: Record<string, string>;
  draining: boolean;
  facts: JsonValue;
  collectors: JsonValue[];
  last_seen_at: Date | null;
  enrolled_at: Date;
  session: string;
  version: string;
  agent_cpu_ratio: number;
  agent_rss_bytes: string;
  change_key: string;
};

/** When a host last changed in any way but a heartbeat, in SQL over {@link hostTables}. */
export const hostChangedAt = "greatest(h.changed_at, s.changed_at, a.updated_at)";

/** The tables a {@link HostRow} is read from. */
export const hostTables = `hosts h join agent_status s using (host_id) left join active_pipelines a using (host_id)`;

/** The select list of a {@link HostRow}. */
export const hostColumns = `h.host_id, h.host_name, h.labels, h.draining, h.enrolled_at, h.version,
  s.state, s.session, s.facts, s.collectors, s.last_seen_at, s.agent_cpu_ratio, s.agent_rss_bytes,
  a.pipeline, a.config_digest, a.experiment_id, a.updated_at, ${hostChangedAt}::text as change_key`;

// Contracts grow: a field that a newer version stored is not this one's business.
const lenient = { ignoreUnknownFields: true };

/** A host from its columns. */
export function hostFromRow(row: HostRow): HostRecord {
  const collectors = row.collectors.map((json) => fromJson(CollectorStatusSchema, json, lenient));
  return {
    hostId: row.host_id,
    hostName: row.host_name,
    state: row.state,
    labels: row.labels,
    draining: row.draining,
    facts: row.facts === null ? null : fromJson(HostFactsSchema, row.facts, lenient),
    collectors,
    active: activeFromRow(row, collectors),
    lastSeenAt: row.last_seen_at,
    enrolledAt: row.enrolled_at,
    session: BigInt(row.session),
    etag: `v${row.version}`,
    agentCpuRatio: row.agent_cpu_ratio,
    agentRssBytes: BigInt(row.agent_rss_bytes),
    changeKey: row.change_key,
  };
}
