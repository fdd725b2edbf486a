import { CollectorState } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import { type Host, HostState } from "@phoenix/gen/phoenix/controller/v1/fleet_pb.ts";
import { LoadState } from "@phoenix/gen/phoenix/controller/v1/load_simulation_service_pb.ts";
import { StatusBadge, type Tone } from "./status-badge.tsx";

/** What a state means, and its word. */
export type Standing = readonly [tone: Tone, word: string];

const hostStates: Record<HostState, Standing> = {
  [HostState.UNSPECIFIED]: ["idle", "Unknown"],
  [HostState.ONLINE]: ["good", "Online"],
  [HostState.LOST]: ["bad", "Lost"],
  [HostState.DEPARTED]: ["warn", "Departed"],
  [HostState.ENROLLED]: ["idle", "Never connected"],
};

const collectorStates: Record<CollectorState, Standing> = {
  [CollectorState.UNSPECIFIED]: ["idle", "Unknown"],
  [CollectorState.STARTING]: ["busy", "Starting"],
  [CollectorState.HEALTHY]: ["good", "Healthy"],
  [CollectorState.UNHEALTHY]: ["bad", "Unhealthy"],
  [CollectorState.BACKING_OFF]: ["warn", "Starting again"],
  [CollectorState.CRASH_LOOP]: ["bad", "Crash loop"],
  [CollectorState.STOPPED]: ["idle", "Stopped"],
};

const loadStates: Record<LoadState, Standing> = {
  [LoadState.UNSPECIFIED]: ["idle", "Unknown"],
  [LoadState.STARTING]: ["busy", "Starting"],
  [LoadState.RUNNING]: ["good", "Running"],
  [LoadState.STOPPING]: ["busy", "Stopping"],
  [LoadState.STOPPED]: ["idle", "Stopped"],
  [LoadState.FAILED]: ["bad", "Failed"],
};

/** How a host stands with all that runs on it: the worst of it counts. */
export function healthOf({ state, collectors, draining }: Host): Standing {
  if (state !== HostState.ONLINE) return hostStates[state] ?? hostStates[HostState.UNSPECIFIED];
  const standings = collectors.map((one) => collectorStates[one.state] ?? collectorStates[CollectorState.UNSPECIFIED]);
  const bad = standings.find(([tone]) => tone === "bad");
  if (bad !== undefined) return ["bad", `Collector: ${bad[1].toLowerCase()}`];
  if (collectors.some(({ edited }) => edited)) return ["warn", "Edited on the host"];
  const warn = standings.find(([tone]) => tone === "warn");
  if (warn !== undefined) return ["warn", `Collector: ${warn[1].toLowerCase()}`];
  if (draining) return ["warn", "Draining"];
  return ["good", collectors.length === 0 ? "Online, runs nothing" : "Healthy"];
}

/** Whether a host can be reached. */
export function HostBadge({ state }: { state: HostState }) {
  const [tone, word] = hostStates[state] ?? hostStates[HostState.UNSPECIFIED];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

/** How a collector stands. */
export function CollectorBadge({ state }: { state: CollectorState }) {
  const [tone, word] = collectorStates[state] ?? collectorStates[CollectorState.UNSPECIFIED];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

/** Where a load stands. */
export function LoadBadge({ state }: { state: LoadState }) {
  const [tone, word] = loadStates[state] ?? loadStates[LoadState.UNSPECIFIED];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}
