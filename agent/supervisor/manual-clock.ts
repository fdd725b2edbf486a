import { setImmediate } from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Goes from one sleeper to the next until the condition holds; an Error after `limitMs` of its own time. */
  runUntil(condition: () => boolean, limitMs?: number): Promise<void>;
  /** Goes this far, waking every sleeper on the way. */
  advance(ms: number): Promise<void>;
}

type Sleeper = { atMs: number; wake: (passed: boolean) => void };

/** Quiet turns of the event loop between two steps: enough for promises and sockets to get through. */
const quietTurns = 10;
const isFileWork = (resource: string): boolean => resource.startsWith("FSReq") || resource === "CloseReq";

/** Creates a clock that stands at `startMs` since the epoch. */
export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsedMs = 0;
  let sleepers: Sleeper[] = [];
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      await setImmediate();
      // Time stands still while files are read and written, however slow the disk is.
      if (process.getActiveResourcesInfo().some(isFileWork)) quiet = -1;
    }
  };
  const step = (untilMs: number): void => {
    const next = sleepers.reduce<Sleeper | undefined>(
      (best, one) => (best && best.atMs <= one.atMs ? best : one),
      undefined,
    );
    elapsedMs = Math.max(elapsedMs, Math.min(untilMs, next?.atMs ?? untilMs));
    if (next && next.atMs <= untilMs) next.wake(true);
  };
  return {
    wallMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const abort = (): void => sleeper.wake(false);
        const sleeper: Sleeper = {
          atMs: elapsedMs + ms,
          wake(passed) {
            sleepers = sleepers.filter((one) => one !== sleeper);
            signal?.removeEventListener("abort", abort);
            resolve(passed);
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", abort, { once: true });
      });
    },
    async runUntil(condition, limitMs = 600_000) {
      const deadlineMs = elapsedMs + limitMs;
      for (;;) {
        await settle();
        if (condition()) return;
        if (elapsedMs >= deadlineMs)
          throw new Error(`the condition did not hold within ${limitMs} ms of the manual clock`);
        // Nobody sleeps while real input and output is under way; the clock then waits for it.
        if (sleepers.length > 0) step(deadlineMs);
      }
    },
    async advance(ms) {
      const targetMs = elapsedMs + ms;
      do {
        await settle();
        step(targetMs);
      } while (elapsedMs < targetMs);
      await settle();
    },
  };
}
