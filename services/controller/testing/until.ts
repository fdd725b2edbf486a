import { sleep } from "@phoenix/platform/lifecycle";

/** Long, because machines that run tests are busy; nothing waits for it that goes well. */
const patienceMs = 20_000;

/** Waits until `probe` gives something other than null, undefined or false, and gives it. Fails after twenty seconds. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false) return found as Exclude<T, null | undefined | false>;
    if (performance.now() > deadline) throw new Error(`waited twenty seconds in vain: ${what}`);
    await sleep(5);
  }
}
