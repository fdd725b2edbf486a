import { ErrorReason, isPhoenixError } from "@phoenix/platform/errors";
import { backoffMs, sleep } from "@phoenix/platform/lifecycle";

/**
 * Runs work that stores something, and again with back-off for as long as
 * PostgreSQL is away: an agent's words are not lost to a restart of the
 * database. Aborted, it makes no further try and rejects with the last failure.
 */
export async function retryWhileUnavailable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isPhoenixError(error, ErrorReason.DATABASE_UNAVAILABLE) || signal.aborted) throw error;
      await sleep(backoffMs(attempt, { baseMs: 100, maxMs: 2_000 }), signal);
      if (signal.aborted) throw error;
    }
  }
}
