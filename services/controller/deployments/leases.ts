import type { Queryable } from "@phoenix/platform/database";

// `lease_until` is the database's time: replicas need not agree on a clock.
const claim = `
  UPDATE deployments SET lease_holder = $1, lease_until = now() + $2 * interval '1 millisecond'
  WHERE deployment_id IN (
    SELECT deployment_id FROM deployments
    WHERE delete_time IS NULL AND (lease_until IS NULL OR lease_until <= now()
      OR (lease_holder = $1 AND lease_until <= now() + $2 * interval '0.5 millisecond'))
    ORDER BY deployment_id LIMIT $3 FOR UPDATE SKIP LOCKED)`;

const held = `
  SELECT deployment_id FROM deployments
  WHERE lease_holder = $1 AND lease_until > now() AND delete_time IS NULL ORDER BY deployment_id LIMIT $2`;

const release = "UPDATE deployments SET lease_holder = NULL, lease_until = NULL WHERE lease_holder = $1";

/** Takes and renews leases of deployments and gives the ids held. */
export async function leaseDeployments(
  q: Queryable,
  holder: string,
  lease: { leaseMs: number; limit: number },
): Promise<string[]> {
  await q.query(claim, [holder, lease.leaseMs, lease.limit]);
  return (await q.query<{ deployment_id: string }>(held, [holder, lease.limit])).map((row) => row.deployment_id);
}

/** Gives all leases of a holder back. */
export async function releaseDeploymentLeases(q: Queryable, holder: string): Promise<void> {
  await q.query(release, [holder]);
}
