import { randomUUID } from "node:crypto";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { leaseExperiments, releaseLeases } from "./leases.ts";
import { type ReconcileDeps, reconcileExperiment } from "./reconcile-experiment.ts";
import { reconcileChannel } from "./task-end-listener.ts";

/** Drives experiments of which it holds the lease. */
export interface Reconciler extends Service {
  /** Looks at every experiment it can lease, once. */
  reconcileOnce(signal?: AbortSignal): Promise<void>;
}

/** Most experiments a replica drives. */
const mostExperiments = 500;

/**
 * Creates a reconciler. Any number of replicas may run one: each experiment is
 * driven by the one that holds its lease, and by another `leaseMs` after that
 * one died. The lease only saves work; what keeps steps single is the lock.
 */
export function createReconciler(deps: ReconcileDeps & { logger: Logger }): Reconciler {
  const { db, logger, settings, clock } = deps;
  const holder = randomUUID();
  let unlisten: (() => Promise<void>) | undefined;

  const inFlight = new Map<string, Promise<void>>();

  const drive = (experimentId: string, signal: AbortSignal): Promise<void> => {
    const driven =
      inFlight.get(experimentId) ??
      reconcileExperiment(deps, experimentId, signal)
        .catch((error: unknown) => {
          // One experiment in trouble must not keep the others from going on.
          logger.error({ err: error, experimentId }, "an experiment could not be driven and will be tried again");
        })
        .finally(() => inFlight.delete(experimentId));
    inFlight.set(experimentId, driven);
    return driven;
  };

  const leased = (): Promise<string[]> =>
    leaseExperiments(db, holder, { leaseMs: settings.leaseMs, now: clock(), limit: mostExperiments });

  const periodic = createPeriodic({
    name: "experiments",
    intervalMs: settings.reconcileIntervalMs,
    logger,
    // Not waited for: one slow analysis must hold up neither the others nor the renewal of leases.
    run: async (signal) => {
      for (const experimentId of await leased()) void drive(experimentId, signal);
    },
  });

  return {
    async reconcileOnce(signal = new AbortController().signal) {
      await Promise.all((await leased()).map((experimentId) => drive(experimentId, signal)));
    },
    async start() {
      unlisten = await db.listen(reconcileChannel, periodic.wake);
      await periodic.start();
    },
    async stop() {
      await unlisten?.();
      unlisten = undefined;
      await periodic.stop();
      await Promise.all(inFlight.values());
      await releaseLeases(db, holder).catch((error: unknown) => {
        // They end by themselves; a database that is away must not keep a replica from stopping.
        logger.warn({ err: error }, "leases of experiments could not be given back");
      });
    },
  };
}
