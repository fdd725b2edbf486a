/**
 * What runs in the measured page: it keeps the long tasks, and tells when
 * something is on the screen. Promises: times are the page's own, so that no
 * way to another process is in them.
 */
import type { Page } from "./console-scene.ts";

/** Runs before the page's own scripts. */
export const watchSource = `(() => {
  const longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ startMs: startTime, lengthMs: duration });
  }).observe({ type: "longtask", buffered: true });
  // A frame is asked for, and what is said after it was drawn.
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(undefined);
  }));
  const until = (holds) => new Promise((resolve) => {
    const look = () => {
      if (!holds()) return false;
      watcher.disconnect();
      resolve(painted());
      return true;
    };
    const watcher = new MutationObserver(look);
    if (!look()) watcher.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const isShown = (selectors) =>
    document.querySelector('[aria-label="Loading"]') === null && selectors.every((one) => document.querySelector(one) !== null);
  window.phoenixWatch = {
    longTasks,
    shown: (selectors) => until(() => isShown(selectors)),
    // How long after the latest event of a kind something else is read from the page.
    answer(kind, read) {
      const before = read();
      let begunMs;
      const begin = ({ timeStamp }) => { begunMs = timeStamp; };
      addEventListener(kind, begin, { capture: true });
      return until(() => begunMs !== undefined && read() !== before).then((atMs) => {
        removeEventListener(kind, begin, { capture: true });
        return atMs - begunMs;
      });
    },
    frames: (lengthMs) => new Promise((resolve) => {
      const deltas = [];
      let lastMs;
      const each = (atMs) => {
        if (lastMs === undefined) { lastMs = atMs; each.endMs = atMs + lengthMs; }
        else { deltas.push(atMs - lastMs); lastMs = atMs; }
        if (atMs < each.endMs) requestAnimationFrame(each);
        else resolve(deltas);
      };
      requestAnimationFrame(each);
    }),
  };
})();`;

/** A task that kept the page from answering, in ms of the page's clock. */
export type LongTask = { startMs: number; lengthMs: number };

/** When all that is named is on the screen and nothing is loading any more, in ms after the navigation began. */
export function shownAt(page: Page, selectors: readonly string[]): Promise<number> {
  return page.evaluate<number>(`phoenixWatch.shown(${JSON.stringify(selectors)})`);
}

/** The long tasks so far, the first paint with content and the time it is. */
export function readTasks(page: Page): Promise<{ longTasks: LongTask[]; firstPaintMs: number; nowMs: number }> {
  return page.evaluate(`({
    longTasks: phoenixWatch.longTasks,
    firstPaintMs: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    nowMs: performance.now(),
  })`);
}

/** Has `act` done in the page, and gives the ms from its last event of a kind until `read`, an expression, is painted as something else. */
export async function answerTime(
  page: Page,
  kind: "click" | "keydown",
  read: string,
  act: () => Promise<void>,
): Promise<number> {
  const set = `window.phoenixAnswer = phoenixWatch.answer(${JSON.stringify(kind)}, () => (${read})); undefined`;
  await page.evaluate(set);
  await act();
  return await page.evaluate<number>("phoenixAnswer");
}

/** Milliseconds between frames over a time. */
export function frameTimes(page: Page, lengthMs: number): Promise<number[]> {
  return page.evaluate<number[]>(`phoenixWatch.frames(${lengthMs})`);
}
