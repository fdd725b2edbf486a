import type { ConsoleScene, Page } from "./console-scene.ts";
import { answerTime, shownAt } from "./page-watch.ts";

/** Something that is done on a page with a list, and the ms until its answer was painted, each time. */
export type Answers = { list: string; act: string; timesMs: number[] };

type Act = { name: string; kind: "click" | "keydown"; read: string; act: (page: Page) => Promise<void> };

/** The first cells of the rows: another answer has others. */
const rows = `[...document.querySelectorAll("main tbody tr > :first-child")].map((cell) => cell.textContent).join()`;
/** Squares of the map, once all are there. */
const allSquares = (count: number): string =>
  `document.querySelectorAll('main ul[aria-label^="Hosts, "] a').length === ${count}`;

const choose = (label: string, option: string) => async (page: Page) => {
  await page.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
};
const press = (name: string) => (page: Page) => page.getByRole("button", { name, exact: true }).click();
const chooseMap = (page: Page) => page.getByText("Map", { exact: true }).click();
const typeLabels = (text: string, key?: string) => async (page: Page) => {
  const field = page.getByLabel("Labels", { exact: true });
  await field.fill("");
  await field.pressSequentially(text);
  if (key !== undefined) await field.press(key);
};

const click = (name: string, act: Act["act"], read = rows): Act => ({ name, kind: "click", read, act });
const type = (name: string, act: Act["act"]): Act => ({ name, kind: "keydown", read: rows, act });

/** What is done, in turn; every list that is asked for is another one, so that none is in the page already. */
const plays = (hosts: number): { list: string; path: string; ready: string; acts: Act[] }[] => [
  {
    list: "hosts",
    path: "/fleet",
    ready: `section[aria-label="Hosts"] tbody tr`,
    acts: [
      click("next page", press("Next")),
      click("the page after it", press("Next")),
      click("state Lost", choose("State", "Lost")),
      type("labels `zone=z2`, Enter", typeLabels("zone=z2", "Enter")),
      type("labels `zone=z1`, after the last key", typeLabels("zone=z1")),
    ],
  },
  {
    list: "hosts",
    path: "/fleet",
    ready: `section[aria-label="Hosts"] tbody tr`,
    acts: [click("every host on the map", chooseMap, allSquares(hosts))],
  },
  {
    list: "experiments",
    path: "/experiments",
    ready: `section[aria-label="Experiments"] tbody tr`,
    acts: [
      click("next page", press("Next")),
      click("the page after it", press("Next")),
      click("Show Cancelled", choose("Show", "Cancelled")),
      click("Show With a verdict", choose("Show", "With a verdict")),
    ],
  },
];

/** Filters and turns pages of the lists, so many times from the beginning. */
export async function measureAnswers(
  scene: ConsoleScene,
  { slowdown, runs, hosts }: { slowdown: number; runs: number; hosts: number },
): Promise<Answers[]> {
  const found: Answers[] = [];
  for (const { list, path, ready, acts } of plays(hosts)) {
    const measured = acts.map(({ name }): Answers => ({ list, act: name, timesMs: [] }));
    found.push(...measured);
    const { page, close } = await scene.open({ loggedIn: true, slowdown });
    try {
      for (let run = 0; run < runs; run++) {
        await page.goto(path);
        await shownAt(page, [ready]);
        for (const [place, { kind, read, act }] of acts.entries()) {
          measured[place]?.timesMs.push(await answerTime(page, kind, read, () => act(page)));
        }
      }
    } finally {
      await close();
    }
  }
  return found;
}
