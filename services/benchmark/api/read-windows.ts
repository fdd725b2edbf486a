import type { StoredWindow } from "../kpis/index.ts";
import type { ObservationStore, WindowPosition } from "../store/index.ts";

/** Most rows read at a time. */
const mostRows = 2000;

/** The place before every window of a moment, and of what comes after it. */
export function beforeMoment(startMs: number): WindowPosition {
  // No host has an empty name.
  return { startMs, hostId: "", variant: "" };
}

/** Reads the windows of an experiment behind a place that start before `endMs`, in order of time, a page of so many rows at a time. */
export async function* readAllWindows(
  store: ObservationStore,
  experimentId: string,
  { from, endMs }: { from: WindowPosition; endMs: number },
  pageRows = mostRows,
): AsyncGenerator<StoredWindow> {
  let position = from;
  for (;;) {
    const page = await store.readWindows(experimentId, position, pageRows);
    for (const window of page) {
      if (window.startMs >= endMs) return;
      yield window;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    position = last;
  }
}
