import type { Logger } from "../logging/index.ts";
import { backoffMs } from "./backoff.ts";
import type { Service } from "./service.ts";
import { sleep } from "./sleep.ts";

/** A duty that repeats. */
export interface PeriodicOptions {
  /** Its name in logs. */
  name: string;
  /** Time from the end of one run to the start of the next, in milliseconds. */
  intervalMs: number;
  /** Share of the interval that is left to chance, so that replicas do not march in step; default 0.1. */
  jitterRatio?: number;
  /** One run. The signal is aborted on stop. */
  run(signal: AbortSignal): Promise<void>;
  /** Takes a line for each failed run. */
  logger: Logger;
  /** Source of chance; default Math.random. */
  random?: () => number;
}

/** A running duty that can be asked to run now. */
export interface Periodic extends Service {
  /** Runs now, or once more right after the run in progress. Many calls make one run. */
  wake(): void;
}

/** Longest wait after repeated failures, in intervals. */
const maxBackoffIntervals = 10;

/**
 * Creates a duty that runs at once on start and then again after each interval.
 * Runs never overlap. A run that throws is logged, and the next one is put off
 * by a back-off with jitter on top of the interval.
 */
export function createPeriodic(options: PeriodicOptions): Periodic {
  const { name, intervalMs, run, logger, jitterRatio = 0.1, random = Math.random } = options;
  const stopped = new AbortController();
  let loop: Promise<void> | undefined;
  let woken = false;
  let nap = new AbortController();

  const pauseMs = (failures: number): number => {
    const usualMs = intervalMs * (1 + jitterRatio * (2 * random() - 1));
    if (failures === 0) return usualMs;
    return usualMs + backoffMs(failures, { baseMs: intervalMs, maxMs: intervalMs * maxBackoffIntervals }, random);
  };

  const repeat = async (): Promise<void> => {
    let failures = 0;
    while (!stopped.signal.aborted) {
      woken = false;
      try {
        await run(stopped.signal);
        failures = 0;
      } catch (error) {
        if (stopped.signal.aborted) return;
        failures += 1;
        logger.error({ err: error, duty: name, failures }, "a periodic duty failed and will be tried again");
      }
      if (woken) continue;
      nap = new AbortController();
      // A stop while the run was ending finds no nap to cut short.
      if (stopped.signal.aborted) return;
      await sleep(pauseMs(failures), nap.signal);
    }
  };

  return {
    async start() {
      if (loop !== undefined) throw new Error(`the duty ${name} starts once`);
      loop = repeat();
    },
    async stop() {
      stopped.abort();
      nap.abort();
      await loop;
    },
    wake() {
      woken = true;
      nap.abort();
    },
  };
}
