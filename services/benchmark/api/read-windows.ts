import type { StoredWindow } from "../kpis/index.ts";
import type { ObservationStore, WindowPosition } from "../store/index.ts";

/** Rows read at a time. */
const pageRows = 2000;

/** Reads the windows of an experiment from a time on, in order of time, a page at a time. */
export async function* readAllWindows(
  store: ObservationStore,
  experimentId: string,
  fromMs: number,
): AsyncGenerator<StoredWindow> {
  // Before every row of its moment: no host has an empty name.
  let position: WindowPosition = { startMs: fromMs, hostId: "", variant: "" };
  for (;;) {
    const page = await store.readWindows(experimentId, position, pageRows);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    position = last;
  }
}

/** All windows of an experiment, in order of time. */
export async function collectWindows(store: ObservationStore, experimentId: string): Promise<StoredWindow[]> {
  const windows: StoredWindow[] = [];
  for await (const window of readAllWindows(store, experimentId, 0)) windows.push(window);
  return windows;
}
