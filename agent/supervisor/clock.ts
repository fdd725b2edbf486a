import { performance } from "node:perf_hooks";
import { sleep } from "@phoenix/platform/lifecycle";

/** Where the supervisor takes time from; a test gives one that it moves by hand. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. For people and for windows only. */
  wallMs(): number;
  /** Milliseconds since some moment; never jumps. For every duration. */
  monotonicMs(): number;
  /** Waits; true when the time passed, false when the signal came first. */
  sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep,
};
