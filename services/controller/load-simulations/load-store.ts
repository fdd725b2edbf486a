import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { LoadProfileSchema } from "@phoenix/gen/phoenix/load/v1/load_profile_pb.ts";
import type { Queryable, Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import type {
  LoadHostRecord,
  LoadHostState,
  LoadSimulationRecord,
  NewLoadSimulation,
} from "./load-simulation-record.ts";

interface SimulationRow {
  load_simulation_id: string;
  ordinal: string;
  experiment_id: string | null;
  profile: JsonValue;
  processes: number;
  seed: string;
  max_duration_ms: string;
  create_time: Date;
}

interface HostRow {
  load_simulation_id: string;
  host_id: string;
  host_name: string;
  state: LoadHostState;
  message: string;
  stop_round: number;
  changed_at: Date;
  processes: number;
  spawned: string;
  detail: string;
  report_time: Date | null;
}

const columns = `load_simulation_id, ordinal, experiment_id, profile, processes, seed, max_duration_ms, create_time`;
const hostColumns = `load_simulation_id, host_id, host_name, state, message, stop_round, changed_at, processes, spawned,
  detail, report_time`;

/** Writes down a load simulation that is being started on its hosts. */
export async function insertLoadSimulation(tx: Tx, load: NewLoadSimulation): Promise<void> {
  const { loadSimulationId, experimentId, profile, processes, seed, maxDurationMs, hosts, now } = load;
  await tx.query(
    `INSERT INTO load_simulations (load_simulation_id, experiment_id, profile, processes, seed, max_duration_ms, create_time)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      loadSimulationId,
      experimentId,
      JSON.stringify(toJson(LoadProfileSchema, profile)),
      processes,
      seed.toString(),
      maxDurationMs,
      now,
    ],
  );
  await tx.query(
    `INSERT INTO load_simulation_hosts (load_simulation_id, experiment_id, host_id, host_name, changed_at)
     SELECT $1, $2, host_id, host_name, $5 FROM unnest($3::text[], $4::text[]) AS h (host_id, host_name)`,
    [loadSimulationId, experimentId, hosts.map(({ hostId }) => hostId), hosts.map(({ hostName }) => hostName), now],
  );
}

/** Gives a load simulation with its hosts. @throws PhoenixError LOAD_SIMULATION_NOT_FOUND. */
export async function getLoadSimulation(q: Queryable, loadSimulationId: string): Promise<LoadSimulationRecord> {
  const rows = await q.query<SimulationRow>(`SELECT ${columns} FROM load_simulations WHERE load_simulation_id = $1`, [
    loadSimulationId,
  ]);
  const [found] = await withHosts(q, rows);
  if (found !== undefined) return found;
  throw phoenixError(
    ErrorReason.LOAD_SIMULATION_NOT_FOUND,
    `No load simulation has the id ${JSON.stringify(loadSimulationId)}. List the load simulations to see the ones there are.`,
    { metadata: { loadSimulationId } },
  );
}

/** Lists load simulations with their hosts, newest first, from below `before` when it is given. */
export async function listLoadSimulations(
  q: Queryable,
  filter: { running: boolean; before: bigint | null },
  limit: number,
): Promise<LoadSimulationRecord[]> {
  const rows = await q.query<SimulationRow>(
    `SELECT ${columns} FROM load_simulations s
     WHERE ($1::bigint IS NULL OR ordinal < $1) AND (NOT $2 OR EXISTS (
       SELECT FROM load_simulation_hosts h WHERE h.load_simulation_id = s.load_simulation_id
         AND h.state NOT IN ('stopped', 'failed')))
     ORDER BY ordinal DESC LIMIT $3`,
    [filter.before?.toString() ?? null, filter.running, limit],
  );
  return withHosts(q, rows);
}

async function withHosts(q: Queryable, rows: readonly SimulationRow[]): Promise<LoadSimulationRecord[]> {
  if (rows.length === 0) return [];
  const hosts = await q.query<HostRow>(
    `SELECT ${hostColumns} FROM load_simulation_hosts WHERE load_simulation_id = ANY ($1) ORDER BY host_name, host_id`,
    [rows.map((row) => row.load_simulation_id)],
  );
  return rows.map((row) => ({
    loadSimulationId: row.load_simulation_id,
    ordinal: BigInt(row.ordinal),
    experimentId: row.experiment_id,
    // Contracts grow: a field that a newer version stored is not this one's business.
    profile: fromJson(LoadProfileSchema, row.profile, { ignoreUnknownFields: true }),
    processes: row.processes,
    seed: BigInt(row.seed),
    maxDurationMs: Number(row.max_duration_ms),
    createTime: row.create_time,
    hosts: hosts.filter((host) => host.load_simulation_id === row.load_simulation_id).map(hostFromRow),
  }));
}

function hostFromRow(row: HostRow): LoadHostRecord {
  return {
    hostId: row.host_id,
    hostName: row.host_name,
    state: row.state,
    message: row.message,
    stopRound: row.stop_round,
    changedAt: row.changed_at,
    processes: row.processes,
    spawned: BigInt(row.spawned),
    detail: row.detail,
    reportTime: row.report_time,
  };
}

/** Moves a load on a host from one of some states to another, with its message where none is given; false when it is in none of them. */
export async function moveLoadHost(
  tx: Tx,
  key: { loadSimulationId: string; hostId: string },
  from: readonly LoadHostState[],
  to: { state: LoadHostState; message?: string; now: Date; newStop?: boolean },
): Promise<boolean> {
  const moved = await tx.query(
    `UPDATE load_simulation_hosts SET state = $4, message = coalesce($5, message), changed_at = $6, stop_round = stop_round + $7::integer,
       processes = CASE WHEN $4 IN ('stopped', 'failed') THEN 0 ELSE processes END
     WHERE load_simulation_id = $1 AND host_id = $2 AND state = ANY ($3) RETURNING host_id`,
    [key.loadSimulationId, key.hostId, from, to.state, to.message ?? null, to.now, to.newStop === true ? 1 : 0],
  );
  return moved.length > 0;
}

/** What a host said of a load. */
export interface LoadReport {
  loadSimulationId: string;
  hostId: string;
  processes: number;
  spawned: bigint;
  detail: string;
  time: Date;
}

/** Stores what hosts said of loads, one report of each; those that are over stay as they are. */
export async function storeLoadReports(q: Queryable, reports: readonly LoadReport[]): Promise<void> {
  await q.query(
    `WITH said AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::text[], $6::timestamptz[])
         AS s (load_simulation_id, host_id, processes, spawned, detail, report_time)
     ), held AS (
       SELECT load_simulation_id, host_id FROM load_simulation_hosts h JOIN said USING (load_simulation_id, host_id)
       WHERE h.state NOT IN ('stopped', 'failed') ORDER BY load_simulation_id, host_id FOR UPDATE OF h
     )
     UPDATE load_simulation_hosts h
     SET processes = s.processes, spawned = s.spawned, detail = s.detail, report_time = s.report_time
     FROM said s JOIN held USING (load_simulation_id, host_id)
     WHERE h.load_simulation_id = s.load_simulation_id AND h.host_id = s.host_id`,
    [
      reports.map(({ loadSimulationId }) => loadSimulationId),
      reports.map(({ hostId }) => hostId),
      reports.map(({ processes }) => processes),
      reports.map(({ spawned }) => spawned.toString()),
      reports.map(({ detail }) => detail),
      reports.map(({ time }) => time),
    ],
  );
}
