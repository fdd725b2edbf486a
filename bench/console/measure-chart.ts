import type { ConsoleScene, Page } from "./console-scene.ts";
import { frameTimes, shownAt } from "./page-watch.ts";
import { addWindow, long } from "./seed-console.ts";

/** Times between frames while something went on. */
export type Frames = { what: string; framesMs: number[]; updates: number };

const everyMs = 1_000;
const chart = `main figure:has(figcaption) [role="img"]`;

/** Counts how often what the first chart says of itself changes: once with each update that was shown. */
const countUpdates = `(() => {
  window.phoenixUpdates = 0;
  new MutationObserver(() => { window.phoenixUpdates += 1; }).observe(document.querySelector(${JSON.stringify(chart)}),
    { attributes: true, attributeFilter: ["aria-label"] });
})()`;

/** Times frames of the page with the long chart: at rest, under the pointer, with updates, with both. */
export async function measureChart(
  scene: ConsoleScene,
  { slowdown, lengthMs }: { slowdown: number; lengthMs: number },
): Promise<Frames[]> {
  const { page, close } = await scene.open({ loggedIn: true, slowdown });
  try {
    await page.goto(`/experiments/${long.experimentId}?tab=evidence`);
    await shownAt(page, [`${chart} canvas`, "figure ~ figure canvas"]);
    await page.evaluate(countUpdates);
    const found: Frames[] = [];
    for (const [what, pointer, updates] of [
      ["at rest", false, false],
      ["the pointer moves over it", true, false],
      ["an update every second", false, true],
      ["both", true, true],
    ] as const) {
      found.push({ what, ...(await during(scene, page, { pointer, updates, lengthMs })) });
    }
    return found;
  } finally {
    await close();
  }
}

let added = 0;

async function during(
  { db }: ConsoleScene,
  page: Page,
  { pointer, updates, lengthMs }: { pointer: boolean; updates: boolean; lengthMs: number },
): Promise<{ framesMs: number[]; updates: number }> {
  const shown = (): Promise<number> => page.evaluate<number>("phoenixUpdates");
  const before = await shown();
  const framesMs = frameTimes(page, lengthMs);
  const over = new AbortController();
  const [frames] = await Promise.all([
    framesMs.finally(() => over.abort()),
    pointer ? movePointer(page, over.signal) : undefined,
    updates ? addWindows(db, over.signal) : undefined,
  ]);
  return { framesMs: frames, updates: (await shown()) - before };
}

async function movePointer(page: Page, over: AbortSignal): Promise<void> {
  const box = await page.locator(chart).first().boundingBox();
  if (box === null) throw new Error("there is no chart");
  for (let step = 0; !over.aborted; step++) {
    const share = 0.5 + 0.4 * Math.sin(step / 40);
    await page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
  }
}

async function addWindows(db: ConsoleScene["db"], over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const nextMs = Date.now() + everyMs;
    await addWindow(db, added++);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextMs - Date.now())));
  }
}
