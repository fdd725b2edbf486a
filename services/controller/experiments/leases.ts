import type { Queryable } from "@phoenix/platform/database";
import { mostStopRounds } from "./decide-step.ts";

const trouble = `NOT announced OR (state = 'stop_failed' AND stop_round < ${mostStopRounds})`;

/** What makes an experiment one to look at; the parameter is the time now. */
const underWay = (now: string): string => `
  delete_time IS NULL AND (
    phase IN ('initializing', 'running', 'analyzing') OR (phase = 'pending' AND phase_deadline <= ${now})
    OR rollout IS NOT NULL OR hold_until IS NOT NULL OR hold_back_until IS NOT NULL
    OR experiment_id IN (SELECT experiment_id FROM experiment_arms WHERE ${trouble})
    OR experiment_id IN (SELECT experiment_id FROM load_simulation_hosts WHERE experiment_id IS NOT NULL AND (${trouble})))`;

// `lease_until` is the database's time: replicas need not agree on a clock.
const claim = `
  UPDATE experiments SET lease_holder = $1, lease_until = now() + $2 * interval '1 millisecond'
  WHERE experiment_id IN (
    SELECT experiment_id FROM experiments
    WHERE ${underWay("$3")} AND (lease_until IS NULL OR lease_until <= now()
      OR (lease_holder = $1 AND lease_until <= now() + $2 * interval '0.5 millisecond'))
    ORDER BY ordinal LIMIT $4 FOR UPDATE SKIP LOCKED)`;

const held = `
  SELECT experiment_id FROM experiments WHERE lease_holder = $1 AND lease_until > now() AND ${underWay("$2")}
  ORDER BY ordinal LIMIT $3`;

const release = "UPDATE experiments SET lease_holder = NULL, lease_until = NULL WHERE lease_holder = $1";

/** Takes and renews leases of experiments that have something to do, and gives the ids held. */
export async function leaseExperiments(
  q: Queryable,
  holder: string,
  lease: { leaseMs: number; now: Date; limit: number },
): Promise<string[]> {
  await q.query(claim, [holder, lease.leaseMs, lease.now, lease.limit]);
  const rows = await q.query<{ experiment_id: string }>(held, [holder, lease.now, lease.limit]);
  return rows.map((row) => row.experiment_id);
}

/** Gives all leases of a holder back. */
export async function releaseLeases(q: Queryable, holder: string): Promise<void> {
  await q.query(release, [holder]);
}
