import type { StoredWindow } from "../kpis/index.ts";
import type { ObservationStore, WindowPosition } from "../store/index.ts";

/** Rows read at a time. */
const pageRows = 2000;

/** The place before every window of a moment, and of what comes after it. */
export function beforeMoment(startMs: number): WindowPosition {
  // No host has an empty name.
  return { startMs, hostId: "", variant: "" };
}

/** Reads the windows of an experiment behind a place, in order of time, a page at a time. */
export async function* readAllWindows(
  store: ObservationStore,
  experimentId: string,
  from: WindowPosition,
): AsyncGenerator<StoredWindow> {
  let position = from;
  for (;;) {
    const page = await store.readWindows(experimentId, position, pageRows);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    position = last;
  }
}
