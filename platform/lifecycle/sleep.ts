import { setTimeout as delay } from "node:timers/promises";

/** Waits `ms` milliseconds, or until the signal is aborted; true when the time passed, false when aborted. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return false;
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch (error) {
    // The only way this timer fails is the abort that was asked for.
    if (signal?.aborted) return false;
    throw error;
  }
}
