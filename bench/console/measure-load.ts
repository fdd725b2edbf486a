import { eventually } from "@phoenix/test/harness/eventually.ts";
import type { ConsoleScene, Opening } from "./console-scene.ts";
import { type LongTask, readTasks, shownAt } from "./page-watch.ts";

/** A page and what must be on it before it counts as shown. */
export type Target = { path: string; loggedIn: boolean; selectors: readonly string[] };

/** One visit with nothing kept from before. */
export type Load = {
  /** Scripts that came before the page was interactive, as they were sent. */
  scriptBytes: number;
  firstPaintMs: number;
  shownMs: number;
  interactiveMs: number;
  /** What long tasks took beyond 50 ms each, between the first paint and interactive. */
  blockedMs: number;
};

/** As Lighthouse defines interactive: no task of more than 50 ms for so long. */
const quietMs = 5_000;
const longTaskMs = 50;
/** A page that is not quiet after so long never is. */
const patienceMs = 90_000;

/** Visits a page for the first time. */
export async function measureLoad(
  scene: ConsoleScene,
  { path, loggedIn, selectors }: Target,
  opening: Pick<Opening, "slowdown" | "encoding">,
): Promise<Load> {
  const { page, scripts, close } = await scene.open({ ...opening, loggedIn, cold: true });
  try {
    await page.goto(path, { waitUntil: "commit" });
    const shownMs = await shownAt(page, selectors);
    const { longTasks, firstPaintMs } = await eventually(
      `${path} to be quiet`,
      async () => {
        const tasks = await readTasks(page);
        return tasks.nowMs > quietFrom(tasks.longTasks, shownMs) + quietMs ? tasks : undefined;
      },
      patienceMs,
    );
    const interactiveMs = quietFrom(longTasks, shownMs);
    return {
      scriptBytes: scripts()
        .filter(({ atMs }) => atMs <= interactiveMs)
        .reduce((sum, { bytes }) => sum + bytes, 0),
      firstPaintMs,
      shownMs,
      interactiveMs,
      blockedMs: longTasks
        .filter(({ startMs }) => startMs + longTaskMs > firstPaintMs && startMs < interactiveMs)
        .reduce((sum, { lengthMs }) => sum + Math.max(0, lengthMs - longTaskMs), 0),
    };
  } finally {
    await close();
  }
}

/** The end of the last long task before a quiet time, no earlier than the page was shown. */
function quietFrom(longTasks: readonly LongTask[], shownMs: number): number {
  let fromMs = shownMs;
  for (const { startMs, lengthMs } of longTasks.toSorted((a, b) => a.startMs - b.startMs)) {
    if (startMs > fromMs + quietMs) break;
    fromMs = Math.max(fromMs, startMs + lengthMs);
  }
  return fromMs;
}
