import type { Database } from "@phoenix/platform/database";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { type LeaseClaim, renewLeases } from "../tasks/index.ts";

/** Renews the leases that heartbeats name, those of all agents together. */
export type LeaseRenewer = Service & {
  /** Renews these soon. */
  renew(leases: readonly LeaseClaim[]): void;
};

/** Creates the renewer. What it cannot store is named by the next heartbeat again. */
export function createLeaseRenewer(options: {
  db: Database;
  logger: Logger;
  leaseMs: number;
  intervalMs: number;
  /** Counts leases that agents named and that are not theirs any more. */
  onStale(count: number): void;
}): LeaseRenewer {
  let waiting = new Map<bigint, LeaseClaim>();
  const duty = createPeriodic({
    name: "renew leases",
    intervalMs: options.intervalMs,
    logger: options.logger,
    async run() {
      if (waiting.size === 0) return;
      const leases = [...waiting.values()];
      waiting = new Map();
      const renewed = await renewLeases(options.db, leases, options.leaseMs);
      options.onStale(leases.length - renewed);
    },
  });
  return {
    start: () => duty.start(),
    stop: () => duty.stop(),
    renew(leases) {
      for (const lease of leases) waiting.set(lease.leaseToken, lease);
    },
  };
}
