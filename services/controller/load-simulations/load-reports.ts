import type { LoadStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { LoadReport } from "./load-store.ts";

/** What the heartbeats of this replica's hosts say of loads, kept in memory: heartbeats are no rows. */
export interface LoadReports {
  /** Takes what a heartbeat says of a host: all that runs there. */
  take(hostId: string, loads: readonly LoadStatus[]): void;
  /** What is worth storing now; it then counts as stored. */
  due(): LoadReport[];
  /** True when the host's heartbeats have not named the load for this long. False for a host that is silent. */
  absent(hostId: string, loadSimulationId: string, absenceMs: number): boolean;
}

interface HostLoads {
  heardMs: number;
  /** By load: when it was named last, what was said, and what was stored of that and when. */
  loads: Map<string, { namedMs: number; status: LoadStatus; storedMs: number; storedProcesses: number }>;
  /** Since when nothing but these was heard. */
  sinceMs: number;
}

/** Figures that only grow are stored no more often than this. */
const spacingMs = 10_000;
/** A host that was not heard for this long is silent, or another replica's. */
const silentMs = 60_000;
/** Least time between two looks at all hosts for silent ones, which are as many as the fleet. */
const forgetSpacingMs = 10_000;

/** Creates the memory of reports. Times are of the clock given, in milliseconds. */
export function createLoadReports(clock: () => Date, monotonicMs: () => number = () => performance.now()): LoadReports {
  const hosts = new Map<string, HostLoads>();
  /** Those that named a load: few of a large fleet. */
  const loaded = new Map<string, HostLoads>();
  let forgotMs = monotonicMs();

  const heardLately = (host: HostLoads | undefined, nowMs: number): host is HostLoads =>
    host !== undefined && nowMs - host.heardMs <= silentMs;

  const forgetSilent = (nowMs: number): void => {
    for (const [hostId, host] of loaded) if (!heardLately(host, nowMs)) loaded.delete(hostId);
    if (nowMs - forgotMs < forgetSpacingMs) return;
    forgotMs = nowMs;
    for (const [hostId, host] of hosts) if (!heardLately(host, nowMs)) hosts.delete(hostId);
  };

  return {
    take(hostId, loads) {
      const nowMs = monotonicMs();
      const known = hosts.get(hostId);
      const host = heardLately(known, nowMs) ? known : { heardMs: nowMs, sinceMs: nowMs, loads: new Map() };
      if (host !== known) hosts.set(hostId, host);
      host.heardMs = nowMs;
      for (const status of loads) {
        const named = host.loads.get(status.loadSimulationId);
        const stored = named ?? { storedMs: Number.NEGATIVE_INFINITY, storedProcesses: -1 };
        host.loads.set(status.loadSimulationId, { ...stored, namedMs: nowMs, status });
      }
      for (const [id, { namedMs }] of host.loads) if (nowMs - namedMs > silentMs) host.loads.delete(id);
      if (host.loads.size > 0) loaded.set(hostId, host);
      else loaded.delete(hostId);
    },
    due() {
      const nowMs = monotonicMs();
      forgetSilent(nowMs);
      const time = clock();
      const reports: LoadReport[] = [];
      for (const [hostId, { loads }] of loaded) {
        for (const [loadSimulationId, entry] of loads) {
          const { processes, spawned, detail } = entry.status;
          if (entry.namedMs <= entry.storedMs) continue;
          if (processes === entry.storedProcesses && nowMs - entry.storedMs < spacingMs) continue;
          entry.storedMs = nowMs;
          entry.storedProcesses = processes;
          reports.push({ loadSimulationId, hostId, processes, spawned, detail, time });
        }
      }
      return reports;
    },
    absent(hostId, loadSimulationId, absenceMs) {
      const host = hosts.get(hostId);
      if (!heardLately(host, monotonicMs())) return false;
      const named = host.loads.get(loadSimulationId)?.namedMs ?? host.sinceMs;
      // Measured to the newest heartbeat: silence says nothing about what runs.
      return host.heardMs - named > absenceMs;
    },
  };
}
