import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks `look` again and again until it gives something other than undefined.
 * Throws after `deadlineMs` with what was waited for and the last failure.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 30_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await delay(100);
  }
  throw new Error(`waited ${deadlineMs / 1000} s in vain for ${what}`, { cause: last });
}
