import { isUniqueViolation, type Queryable, type Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** The active pipeline a host had before a promotion. */
export interface PreviousPipeline {
  /** Name of the pipeline. */
  pipeline: string;
  /** Digest that was wanted. */
  configDigest: string;
  /** The experiment that promoted it; null for none. */
  experimentId: string | null;
}

/** Where a promotion or rollback stands on a host: `applied` and `refused` are what the agent said, `done` and `failed` were acted on. */
export type HostRolloutState = "pending" | "applied" | "refused" | "done" | "failed";

/** A host of an experiment that was started. */
export interface ExperimentHostRecord {
  hostId: string;
  hostName: string;
  /** It is kept from other experiments. */
  engaged: boolean;
  previous: PreviousPipeline | null;
  rolloutState: HostRolloutState | null;
  rolloutTaskId: string | null;
  rolloutMessage: string;
  /** Tasks given for promotions and rollbacks up to now. */
  rolloutTry: number;
  /** It was held back from the promotion; stays set when that is over. */
  heldBack: boolean;
}

interface HostRow {
  host_id: string;
  host_name: string;
  engaged: boolean;
  previous: PreviousPipeline | null;
  rollout_state: HostRolloutState | null;
  rollout_task_id: string | null;
  rollout_message: string;
  rollout_try: number;
  held_back: boolean;
}

/** Gives the hosts of an experiment, by name. */
export async function getExperimentHosts(q: Queryable, experimentId: string): Promise<ExperimentHostRecord[]> {
  const rows = await q.query<HostRow>(
    `SELECT host_id, host_name, engaged, previous, rollout_state, rollout_task_id, rollout_message, rollout_try, held_back
     FROM experiment_hosts WHERE experiment_id = $1 ORDER BY host_name, host_id`,
    [experimentId],
  );
  return rows.map((row) => ({
    hostId: row.host_id,
    hostName: row.host_name,
    engaged: row.engaged,
    previous: row.previous,
    rolloutState: row.rollout_state,
    rolloutTaskId: row.rollout_task_id,
    rolloutMessage: row.rollout_message,
    rolloutTry: row.rollout_try,
    heldBack: row.held_back,
  }));
}

/** Engages hosts for an experiment. @throws PhoenixError HOST_BUSY when one is engaged by another. */
export async function engageHosts(
  tx: Tx,
  experimentId: string,
  hosts: readonly { hostId: string; hostName: string }[],
): Promise<void> {
  const ids = hosts.map((host) => host.hostId);
  const [busy] = await tx.query<{ host_name: string; experiment_id: string; phase: string }>(
    `SELECT h.host_name, e.experiment_id, e.phase FROM experiment_hosts h JOIN experiments e USING (experiment_id)
     WHERE h.engaged AND h.host_id = ANY ($1) ORDER BY h.host_name LIMIT 1`,
    [ids],
  );
  if (busy !== undefined) throw hostBusy(busy.host_name, busy.experiment_id, busy.phase);
  try {
    await tx.query(
      `INSERT INTO experiment_hosts (experiment_id, host_id, host_name)
       SELECT $1, * FROM unnest($2::text[], $3::text[])`,
      [experimentId, ids, hosts.map((host) => host.hostName)],
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw phoenixError(
      ErrorReason.HOST_BUSY,
      "Another experiment took one of these hosts at the same moment. Start this one again when that one is over.",
      { cause: error },
    );
  }
}

/** Lets other experiments have the hosts of this one; all of them, or only one. */
export async function releaseHosts(tx: Tx, experimentId: string, hostId?: string): Promise<void> {
  await tx.query(
    `UPDATE experiment_hosts SET engaged = false
     WHERE experiment_id = $1 AND engaged AND ($2::text IS NULL OR host_id = $2)`,
    [experimentId, hostId ?? null],
  );
}

/** Stores where a promotion or rollback stands on a host; what is absent stays. */
export async function setHostRollout(
  tx: Tx,
  experimentId: string,
  hostId: string,
  set: {
    state: HostRolloutState;
    taskId?: string;
    previous?: PreviousPipeline | null;
    message?: string;
    heldBack?: boolean;
  },
): Promise<void> {
  await tx.query(
    `UPDATE experiment_hosts SET rollout_state = $3, rollout_task_id = coalesce($4, rollout_task_id),
       rollout_try = rollout_try + CASE WHEN $4::text IS NULL THEN 0 ELSE 1 END,
       previous = CASE WHEN $5 THEN $6::jsonb ELSE previous END, rollout_message = coalesce($7, rollout_message),
       held_back = coalesce($8, held_back)
     WHERE experiment_id = $1 AND host_id = $2`,
    [
      experimentId,
      hostId,
      set.state,
      set.taskId ?? null,
      set.previous !== undefined,
      set.previous == null ? null : JSON.stringify(set.previous),
      set.message ?? null,
      set.heldBack ?? null,
    ],
  );
}

function hostBusy(hostName: string, experimentId: string, phase: string) {
  const advice =
    phase === "completed"
      ? "has a verdict and waits for a decision: promote it, or stop it"
      : "is not over: wait for its end, or stop or cancel it";
  return phoenixError(
    ErrorReason.HOST_BUSY,
    `The host ${hostName} takes part in the experiment ${experimentId}, which ${advice}.`,
    { metadata: { host: hostName, experimentId } },
  );
}
