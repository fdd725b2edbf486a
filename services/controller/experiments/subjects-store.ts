import type { Queryable, Tx } from "@phoenix/platform/database";

/** Where an arm or a load on a host stands, as its tasks left it. */
export type SubjectState = "starting" | "running" | "failed" | "stopping" | "stopped" | "stop_failed";

/** Something an experiment runs on a host: the collector of an arm, or a load. */
export interface Subject {
  kind: "collector" | "loadsim";
  hostId: string;
  hostName: string;
  /** Name of the collector or of the load simulation on its host. */
  name: string;
  /** The arm; empty for a load. */
  variant: string;
  /** Digest the arm was started with; empty for a load. */
  configDigest: string;
  /** What the arm is to run after the A/A period; null when it does, and for a load. */
  nextDigest: string | null;
  state: SubjectState;
  /** What the agent said when a task of it ended badly. */
  message: string;
  /** Its newest failure has an event. */
  announced: boolean;
  /** Stops asked for up to now. */
  stopRound: number;
  changedAt: Date;
  /** State of the collector as its host said last; 0 before it said anything. */
  collectorState: number;
  collectorRestarts: number;
}

interface SubjectRow {
  kind: "collector" | "loadsim";
  host_id: string;
  host_name: string;
  name: string;
  variant: string;
  config_digest: string;
  next_digest: string | null;
  state: SubjectState;
  message: string;
  announced: boolean;
  stop_round: number;
  changed_at: Date;
  collector_state: number;
  collector_restarts: number;
}

/** Name of the collector of an arm on every host. */
export function collectorIdOf(experimentId: string, variant: string): string {
  return `${experimentId}.${variant}`;
}

/** Name of the load of an experiment on every host. */
export function loadSimulationIdOf(experimentId: string): string {
  return `${experimentId}.load`;
}

/** Gives everything an experiment runs or ran, by host. */
export async function getSubjects(q: Queryable, experimentId: string): Promise<Subject[]> {
  const rows = await q.query<SubjectRow>(
    `SELECT h.host_name, s.* FROM (
       SELECT 'collector' AS kind, experiment_id, host_id, experiment_id || '.' || variant AS name, variant,
         config_digest, next_digest, state, message, announced, stop_round, changed_at, collector_state,
         collector_restarts
       FROM experiment_arms WHERE experiment_id = $1
       UNION ALL
       SELECT 'loadsim', experiment_id, host_id, load_simulation_id, '', '', NULL, state, message, announced,
         stop_round, changed_at, 0, 0
       FROM load_simulation_hosts WHERE experiment_id = $1
     ) s JOIN experiment_hosts h USING (experiment_id, host_id) ORDER BY h.host_name, h.host_id, name`,
    [experimentId],
  );
  return rows.map((row) => ({
    kind: row.kind,
    hostId: row.host_id,
    hostName: row.host_name,
    name: row.name,
    variant: row.variant,
    configDigest: row.config_digest,
    nextDigest: row.next_digest,
    state: row.state,
    message: row.message,
    announced: row.announced,
    stopRound: row.stop_round,
    changedAt: row.changed_at,
    collectorState: row.collector_state,
    collectorRestarts: row.collector_restarts,
  }));
}

/** Writes down that an arm is being started on a host. */
export async function insertArm(
  tx: Tx,
  arm: {
    experimentId: string;
    hostId: string;
    variant: string;
    configDigest: string;
    nextDigest: string | null;
    now: Date;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO experiment_arms (experiment_id, host_id, variant, config_digest, next_digest, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [arm.experimentId, arm.hostId, arm.variant, arm.configDigest, arm.nextDigest, arm.now],
  );
}

/** Writes down that the arms of an experiment that stood in for their own are being given it, and gives those. */
export async function takeNextDigests(
  tx: Tx,
  experimentId: string,
  now: Date,
): Promise<(ArmKey & { configDigest: string })[]> {
  const rows = await tx.query<{ host_id: string; variant: string; config_digest: string }>(
    `UPDATE experiment_arms SET config_digest = next_digest, next_digest = NULL, state = 'starting', changed_at = $2
     WHERE experiment_id = $1 AND next_digest IS NOT NULL AND state = 'running'
     RETURNING host_id, variant, config_digest`,
    [experimentId, now],
  );
  return rows.map((row) => ({
    experimentId,
    hostId: row.host_id,
    variant: row.variant,
    configDigest: row.config_digest,
  }));
}

/** Names one subject. */
export interface SubjectKey {
  kind: "collector" | "loadsim";
  experimentId: string;
  hostId: string;
  name: string;
}

const tables = {
  collector: { table: "experiment_arms", match: "experiment_id || '.' || variant = $3" },
  loadsim: { table: "load_simulation_hosts", match: "load_simulation_id = $3" },
} as const;

/** Moves a subject from one of some states to another; false when it is in none of them. */
export async function moveSubject(
  tx: Tx,
  key: SubjectKey,
  from: readonly SubjectState[],
  to: { state: SubjectState; message: string; announced: boolean; now: Date; newStop?: boolean },
): Promise<boolean> {
  const { table, match } = tables[key.kind];
  const moved = await tx.query(
    `UPDATE ${table} SET state = $5, message = $6, announced = $7, changed_at = $8,
       stop_round = stop_round + $9::integer
     WHERE experiment_id = $1 AND host_id = $2 AND ${match} AND state = ANY ($4) RETURNING host_id`,
    [
      key.experimentId,
      key.hostId,
      key.name,
      from,
      to.state,
      to.message,
      to.announced,
      to.now,
      to.newStop === true ? 1 : 0,
    ],
  );
  return moved.length > 0;
}

/** Marks the newest failure of a subject as told in an event. */
export async function markAnnounced(tx: Tx, key: SubjectKey): Promise<void> {
  const { table, match } = tables[key.kind];
  await tx.query(`UPDATE ${table} SET announced = true WHERE experiment_id = $1 AND host_id = $2 AND ${match}`, [
    key.experimentId,
    key.hostId,
    key.name,
  ]);
}

/** Names one arm on one host. */
export interface ArmKey {
  experimentId: string;
  hostId: string;
  variant: string;
}

/** What a host says of the collector of an arm. */
export interface SaidOfCollector {
  state: number;
  restarts: number;
}

const saidElse = `experiment_id = $1 AND host_id = $2 AND variant = $3
  AND (collector_state, collector_restarts) IS DISTINCT FROM ($4::smallint, $5::integer)`;

const saidParams = (key: ArmKey, said: SaidOfCollector) => [
  key.experimentId,
  key.hostId,
  key.variant,
  said.state,
  said.restarts,
];

/** True when a host says something else of the collector of an arm than before. */
export async function isNews(q: Queryable, key: ArmKey, said: SaidOfCollector): Promise<boolean> {
  const found = await q.query(`SELECT FROM experiment_arms WHERE ${saidElse}`, saidParams(key, said));
  return found.length > 0;
}

/** Stores what a host says of the collector of an arm; false when it said the same before, or there is no such arm. */
export async function noteCollector(tx: Tx, key: ArmKey, said: SaidOfCollector): Promise<boolean> {
  const changed = await tx.query(
    `UPDATE experiment_arms SET collector_state = $4, collector_restarts = $5 WHERE ${saidElse} RETURNING host_id`,
    saidParams(key, said),
  );
  return changed.length > 0;
}
