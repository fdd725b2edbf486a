import { randomUUID } from "node:crypto";
import { createPeriodic, type Service } from "@phoenix/platform/lifecycle";
import type { Logger } from "@phoenix/platform/logging";
import { hostChangeChannel } from "../fleet/index.ts";
import { leaseDeployments, releaseDeploymentLeases } from "./leases.ts";
import { type DriveDeps, reconcileDeployment } from "./reconcile-deployment.ts";
import { deploymentChannel } from "./wake.ts";

/** Drives deployments of which it holds the lease. */
export interface DeploymentReconciler extends Service {
  /** Looks at every deployment it can lease, once. */
  reconcileOnce(signal?: AbortSignal): Promise<void>;
}

/** Most deployments a replica drives. */
const mostDeployments = 1_000;

/** Looks at a deployment with nothing under way are this many intervals apart when no notice comes. */
const calmIntervals = 5;

/**
 * Creates a reconciler. Any number of replicas may run one: each deployment is
 * driven by the one that holds its lease, and by another `leaseMs` after that
 * one died. The lease only saves work; what keeps acts single is the lock.
 */
export function createDeploymentReconciler(
  deps: Omit<DriveDeps, "settled"> & { logger: Logger },
): DeploymentReconciler {
  const { db, logger, settings } = deps;
  const holder = randomUUID();
  const begunMs = performance.now();
  const driveDeps = { ...deps, settled: () => performance.now() - begunMs >= settings.returnGraceMs };
  const inFlight = new Map<string, Promise<void>>();
  const calmUntilMs = new Map<string, number>();
  const woken = new Set<string>();
  let unlisten: (() => Promise<void>)[] = [];

  const drive = (deploymentId: string, signal: AbortSignal): Promise<void> => {
    const running = inFlight.get(deploymentId);
    if (running !== undefined) return running;
    calmUntilMs.delete(deploymentId);
    const driven = reconcileDeployment(driveDeps, deploymentId, signal)
      .then((state) => {
        const untilMs = performance.now() + calmIntervals * settings.reconcileIntervalMs;
        if (state === "calm" && !woken.has(deploymentId)) calmUntilMs.set(deploymentId, untilMs);
      })
      .catch((error: unknown) => {
        // One deployment in trouble must not keep the others from going on.
        logger.error({ err: error, deploymentId }, "a deployment could not be driven and will be tried again");
      })
      .finally(() => {
        inFlight.delete(deploymentId);
        // Told of something while it looked, which it may have missed.
        if (woken.delete(deploymentId)) periodic.wake();
      });
    inFlight.set(deploymentId, driven);
    return driven;
  };

  const leased = (): Promise<string[]> =>
    leaseDeployments(db, holder, { leaseMs: settings.leaseMs, limit: mostDeployments });

  const periodic = createPeriodic({
    name: "deployments",
    intervalMs: settings.reconcileIntervalMs,
    logger,
    // Not waited for: a large deployment must hold up neither the others nor the renewal of leases.
    run: async (signal) => {
      for (const deploymentId of await leased()) {
        if ((calmUntilMs.get(deploymentId) ?? 0) <= performance.now()) void drive(deploymentId, signal);
      }
    },
  });

  const wake = (deploymentId: string): void => {
    // An empty payload says that any of them may have something to do.
    if (deploymentId === "") calmUntilMs.clear();
    else calmUntilMs.delete(deploymentId);
    for (const id of deploymentId === "" ? inFlight.keys() : [deploymentId]) if (inFlight.has(id)) woken.add(id);
    periodic.wake();
  };

  return {
    async reconcileOnce(signal = new AbortController().signal) {
      await Promise.all((await leased()).map((deploymentId) => drive(deploymentId, signal)));
    },
    async start() {
      unlisten = [await db.listen(deploymentChannel, wake), await db.listen(hostChangeChannel, () => wake(""))];
      await periodic.start();
    },
    async stop() {
      for (const stop of unlisten.splice(0)) await stop();
      await periodic.stop();
      await Promise.all(inFlight.values());
      await releaseDeploymentLeases(db, holder).catch((error: unknown) => {
        // They end by themselves; a database that is away must not keep a replica from stopping.
        logger.warn({ err: error }, "leases of deployments could not be given back");
      });
    },
  };
}
