import { sleep } from "../../lifecycle/index.ts";

/** Whether a process can do its work now. */
export interface Readiness {
  /** True when it can. */
  ready: boolean;
  /** What is missing, in words; empty when ready. */
  reasons: readonly string[];
}

/** Finds out about readiness; a rejection counts as not ready. */
export type ReadinessProbe = () => Promise<Readiness>;

/** The serving state of a server. */
export interface Serving {
  /** Readiness now; not ready once stopping. */
  check(): Promise<Readiness>;
  /** From now on: not ready. */
  stop(): void;
  /** Gives whether it serves, at once and then after each change, until the signal is aborted. */
  watch(signal: AbortSignal): AsyncIterable<boolean>;
}

/** How often a watched readiness is probed, in milliseconds. */
const watchIntervalMs = 1_000;

/** Creates the serving state of a server around a probe. */
export function createServing(probe: ReadinessProbe): Serving {
  const stopping = new AbortController();
  const check = async (): Promise<Readiness> => {
    if (stopping.signal.aborted) return { ready: false, reasons: ["the server is shutting down"] };
    try {
      return await probe();
    } catch (error) {
      return { ready: false, reasons: [`the probe failed: ${error instanceof Error ? error.message : String(error)}`] };
    }
  };
  return {
    check,
    stop: () => stopping.abort(),
    async *watch(signal) {
      let last: boolean | undefined;
      while (!signal.aborted) {
        const { ready } = await check();
        if (ready !== last) yield ready;
        last = ready;
        // Once stopping nothing changes any more: only the end of the watch is left to wait for.
        const wakes = stopping.signal.aborted ? signal : AbortSignal.any([signal, stopping.signal]);
        await sleep(watchIntervalMs, wakes);
      }
    },
  };
}
