import type { Database } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { type Service, sleep } from "@phoenix/platform/lifecycle";
import { deploymentChannel } from "./wake.ts";

/** Tells watchers when to look at their deployment again. */
export interface DeploymentFeed extends Service {
  /**
   * Gives a turn at once, at every notice, and after the poll interval at the
   * latest, until the signal is aborted. @throws PhoenixError SHUTTING_DOWN when the feed stops.
   */
  turns(deploymentId: string, signal: AbortSignal): AsyncGenerator<void>;
}

/** Creates a feed for any number of watchers. */
export function createDeploymentFeed({ db, pollIntervalMs }: { db: Database; pollIntervalMs: number }): DeploymentFeed {
  const naps = new Map<string, Set<AbortController>>();
  const stopped = new AbortController();
  let unlisten: (() => Promise<void>) | undefined;

  const wake = (deploymentId: string): void => {
    // An empty payload says that notices may have been missed.
    const woken = deploymentId === "" ? [...naps.values()] : [naps.get(deploymentId) ?? new Set<AbortController>()];
    for (const nap of woken.flatMap((set) => [...set])) nap.abort();
  };

  return {
    async start() {
      unlisten = await db.listen(deploymentChannel, wake);
    },
    async stop() {
      stopped.abort();
      await unlisten?.();
      unlisten = undefined;
    },
    async *turns(deploymentId, signal) {
      const ended = AbortSignal.any([signal, stopped.signal]);
      const mine = naps.get(deploymentId) ?? new Set<AbortController>();
      naps.set(deploymentId, mine);
      let nap = new AbortController();
      try {
        while (!ended.aborted) {
          // Laid down before the look: what is changed after it ends the nap at once.
          mine.delete(nap);
          nap = new AbortController();
          mine.add(nap);
          yield;
          await sleep(pollIntervalMs, AbortSignal.any([ended, nap.signal]));
        }
      } finally {
        mine.delete(nap);
        if (mine.size === 0 && naps.get(deploymentId) === mine) naps.delete(deploymentId);
      }
      if (!signal.aborted) {
        throw phoenixError(
          ErrorReason.SHUTTING_DOWN,
          "The server is shutting down. Ask again, with the sequence of the last event you got, and nothing is missed.",
        );
      }
    },
  };
}
