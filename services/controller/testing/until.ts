import { sleep } from "@phoenix/platform/lifecycle";

/** Waits until `probe` gives something other than null, undefined or false, and gives it. Fails after five seconds. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false) return found as Exclude<T, null | undefined | false>;
    if (performance.now() > deadline) throw new Error(`waited five seconds in vain: ${what}`);
    await sleep(5);
  }
}
