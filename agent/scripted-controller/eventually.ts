import { setTimeout as delay } from "node:timers/promises";

/** Looks again and again until there is something other than undefined or false; throws after the deadline with what was waited for. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await delay(10);
  }
  throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
}
