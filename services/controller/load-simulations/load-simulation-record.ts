import type { LoadProfile } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";

/** Where a load stands on a host, as its tasks left it; nothing follows `stopped` and `failed`. */
export type LoadHostState = "starting" | "running" | "failed" | "stopping" | "stopped" | "stop_failed";

/** A load on one host. */
export interface LoadHostRecord {
  hostId: string;
  hostName: string;
  state: LoadHostState;
  /** What the agent said when a task of it ended badly, or why it is over. */
  message: string;
  /** Stops asked for up to now. */
  stopRound: number;
  changedAt: Date;
  /** Processes that ran, and were begun, when the host last said. */
  processes: number;
  spawned: bigint;
  /** What was not as asked when the host last said; empty when all was. */
  detail: string;
  reportTime: Date | null;
}

/** Load on hosts. */
export interface LoadSimulationRecord {
  loadSimulationId: string;
  ordinal: bigint;
  /** The experiment it belongs to; null for none. */
  experimentId: string | null;
  profile: LoadProfile;
  /** Processes at a time on each host; 0 for the profile's own number. */
  processes: number;
  seed: bigint;
  maxDurationMs: number;
  createTime: Date;
  /** By name. */
  hosts: LoadHostRecord[];
}

/** A load simulation to write down, with its hosts. */
export interface NewLoadSimulation {
  loadSimulationId: string;
  experimentId: string | null;
  profile: LoadProfile;
  processes: number;
  seed: bigint;
  maxDurationMs: number;
  hosts: readonly { hostId: string; hostName: string }[];
  now: Date;
}
