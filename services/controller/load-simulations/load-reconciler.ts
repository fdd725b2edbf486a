import type { LoadStatus } from "@phoenix/gen/phoenix/agent/v1/conversation_pb.ts";
import type { Database, Tx } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import type { HostState } from "../fleet/index.ts";
import { decideLoadStep, type LoadSettings, type LoadStep, type LoadView } from "./decide-load-step.ts";
import { createLoadReports } from "./load-reports.ts";
import type { LoadHostState } from "./load-simulation-record.ts";
import { moveLoadHost, storeLoadReports } from "./load-store.ts";
import { stopLoadOnHost } from "./stop-load.ts";

/** Ends loads whose time is up or whose host is gone, and keeps what hosts say of them. */
export interface LoadReconciler extends Service {
  /** Takes what a heartbeat says of the loads of a host. */
  heard(hostId: string, loads: readonly LoadStatus[]): void;
  /** Does once all that there is to do now. */
  reconcileOnce(): Promise<void>;
}

interface ViewRow {
  load_simulation_id: string;
  host_id: string;
  state: LoadHostState;
  stop_round: number;
  changed_at: Date;
  create_time: Date;
  max_duration_ms: string;
  host_state: HostState | null;
}

// Loads of experiments end with them. A row that another replica holds is that one's.
const underWay = `
  SELECT h.load_simulation_id, h.host_id, h.state, h.stop_round, h.changed_at, s.create_time, s.max_duration_ms,
    a.state AS host_state
  FROM load_simulation_hosts h JOIN load_simulations s USING (load_simulation_id) LEFT JOIN agent_status a USING (host_id)
  WHERE h.experiment_id IS NULL AND h.state NOT IN ('stopped', 'failed')`;

const intervalMs = 1_000;

/** Creates the reconciler; replicas may run one each. */
export function createLoadReconciler(deps: {
  db: Database;
  logger: Logger;
  settings: LoadSettings;
  clock: () => Date;
}): LoadReconciler {
  const { db, settings, clock } = deps;
  const reports = createLoadReports(clock);

  const viewOf = (row: ViewRow): LoadView => ({
    state: row.state,
    stopRound: row.stop_round,
    changedAt: row.changed_at,
    createTime: row.create_time,
    maxDurationMs: Number(row.max_duration_ms),
    hostState: row.host_state,
    absent: reports.absent(row.host_id, row.load_simulation_id, settings.absenceMs),
  });

  const perform = async (tx: Tx, row: ViewRow, step: LoadStep, now: Date): Promise<void> => {
    const key = { loadSimulationId: row.load_simulation_id, hostId: row.host_id };
    if (step.do === "end") {
      await moveLoadHost(tx, key, [row.state], { state: step.state, message: step.message, now });
    } else if (step.do === "stop") {
      const host = { hostId: row.host_id, state: row.state, stopRound: row.stop_round };
      await stopLoadOnHost(tx, key.loadSimulationId, host, step.message, now);
    }
  };

  const run = async (): Promise<void> => {
    const due = reports.due();
    if (due.length > 0) await storeLoadReports(db, due);
    const now = clock();
    for (const row of await db.query<ViewRow>(underWay)) {
      const step = decideLoadStep(viewOf(row), settings, now);
      if (step.do !== "nothing") await db.transaction((tx) => perform(tx, row, step, now));
    }
  };

  const periodic = createPeriodic({ name: "load simulations", intervalMs, run, logger: deps.logger });
  return {
    heard: (hostId, loads) => reports.take(hostId, loads),
    reconcileOnce: run,
    start: () => periodic.start(),
    stop: () => periodic.stop(),
  };
}
