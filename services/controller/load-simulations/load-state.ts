import type { LoadHostState, LoadSimulationRecord } from "./load-simulation-record.ts";

// The least advanced counts; a stop that failed is worse than one under way.
const order: readonly LoadHostState[] = ["stop_failed", "failed", "starting", "stopping", "running", "stopped"];

/** Where a load stands over its hosts; `stopped` for one without hosts. */
export function stateOfLoad({ hosts }: Pick<LoadSimulationRecord, "hosts">): LoadHostState {
  const running = hosts.some(({ state }) => state === "running" || state === "starting" || state === "stopping");
  // A host that failed does not hide that others still run.
  const counted = running ? hosts.filter(({ state }) => state !== "failed") : hosts;
  return order.find((state) => counted.some((host) => host.state === state)) ?? "stopped";
}

/** When a load will end, or ended; undefined for one that has not begun anywhere. */
export function endTimeOfLoad(load: Pick<LoadSimulationRecord, "hosts" | "maxDurationMs">): Date | undefined {
  const ends = load.hosts.flatMap(({ state, changedAt }) => {
    if (state === "starting") return [];
    return [changedAt.getTime() + (state === "running" ? load.maxDurationMs : 0)];
  });
  return ends.length === 0 ? undefined : new Date(Math.max(...ends));
}
