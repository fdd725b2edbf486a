import type { AgentServerOptions } from "@phoenix/platform/rpc";

/** The limits and times of the fleet; times in milliseconds. */
export type FleetConfig = Readonly<{
  /** Address the agent port listens on. */
  agentHost: string;
  /** Port for agents; 0 takes a free one. */
  agentPort: number;
  /** Certificate and key of the agent port; null for none, on loopback alone. */
  agentTls: NonNullable<AgentServerOptions["tls"]> | null;
  /** Allows an address other than loopback without TLS. */
  insecure: boolean;
  /** Version told to agents. */
  serverVersion: string;
  /** Time between heartbeats. */
  heartbeatIntervalMs: number;
  /** Heartbeats missed after which an agent is lost. */
  missedHeartbeats: number;
  /** Least time between two writes of what the collectors of one host bring in and send out. */
  figuresSpacingMs: number;
  /** How long a try is an agent's without a heartbeat that names it. */
  leaseMs: number;
  /** How often lapsed leases and expired tasks are looked for. */
  maintenanceIntervalMs: number;
  /** Longest wait of due tasks, and of watchers, when no notice arrives. */
  pollIntervalMs: number;
  /** Least time between the beginnings of two looks for work that notices ask for. */
  wakeDebounceMs: number;
  /** Most tasks, and hosts, of one claim. */
  claimBatch: number;
  /** Most reports of agents stored by one transaction. */
  reportBatch: number;
  /** Upper bound of the wait before the second try of a failed task. */
  retryBaseMs: number;
  /** Upper bound of any wait before another try. */
  retryMaxMs: number;
  /** How long tasks are kept after their end. */
  keepTasksMs: number;
  /** Time an agent has for its Hello; less than the heartbeats it may miss, so that its end says what was missing. */
  helloTimeoutMs: number;
  /** Messages that may wait for an agent that reads slowly. */
  maxOutboxMessages: number;
  /** Words of one agent that may wait to be stored. */
  maxInboxMessages: number;
  /** Batches of one agent that may wait for the benchmark; more are sent again later. */
  maxObservationBatches: number;
  /** Largest number of observations in an agent's batch: 64 sketches of 16 KiB stay well below a message's 4 MiB. */
  maxObservationsPerBatch: number;
  /** Bytes of observations, of all agents, that may wait for the benchmark. */
  maxObservationBytes: number;
  /** Longest time the benchmark takes to store a call's observations. */
  observationTimeoutMs: number;
  /** Longest wait of a poll. */
  pollWaitMs: number;
  /** Enrolments, and first calls of polling agents, done at a time. */
  maxAdmissions: number;
  /** Most sessions that one transaction opens. */
  openBatch: number;
  /** Agents that may wait to be admitted. */
  maxAdmissionsWaiting: number;
  /** How long agents wait before they connect again after a drain. */
  drainRetryMs: number;
  /** How long a stopping server waits for agents to go by themselves. */
  drainGraceMs: number;
  /** How long a credential lasts. */
  credentialTtlMs: number;
  /** How long an enrolment token lasts where its maker does not say. */
  enrollmentTtlMs: number;
  /** Rendered configurations kept in memory. */
  configCacheEntries: number;
}>;

const secondMs = 1_000;
const dayMs = 24 * 3_600 * secondMs;

const defaults: FleetConfig = {
  agentHost: "127.0.0.1",
  agentPort: 7471,
  agentTls: null,
  insecure: false,
  serverVersion: "0.1.0",
  heartbeatIntervalMs: 3 * secondMs,
  missedHeartbeats: 3,
  figuresSpacingMs: 60 * secondMs,
  leaseMs: 10 * secondMs,
  maintenanceIntervalMs: 500,
  pollIntervalMs: secondMs,
  wakeDebounceMs: 5,
  claimBatch: 500,
  reportBatch: 500,
  retryBaseMs: secondMs,
  retryMaxMs: 60 * secondMs,
  keepTasksMs: 7 * dayMs,
  helloTimeoutMs: 5 * secondMs,
  maxOutboxMessages: 512,
  maxInboxMessages: 1024,
  maxObservationBatches: 8,
  maxObservationsPerBatch: 64,
  maxObservationBytes: 64 * 1024 * 1024,
  observationTimeoutMs: 15 * secondMs,
  pollWaitMs: 30 * secondMs,
  maxAdmissions: 16,
  openBatch: 100,
  maxAdmissionsWaiting: 25_000,
  drainRetryMs: secondMs,
  drainGraceMs: 2 * secondMs,
  credentialTtlMs: 30 * dayMs,
  enrollmentTtlMs: 1_800 * secondMs,
  configCacheEntries: 64,
};

/** The whole configuration from what was chosen; the rest takes its default. */
export function resolveFleetConfig(chosen: Partial<FleetConfig>): FleetConfig {
  return Object.freeze({ ...defaults, ...chosen });
}
