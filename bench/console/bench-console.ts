import type { BenchOptions, Say } from "../bench-options.ts";
import { quantileOf } from "../report/quantiles.ts";
import { showSpread } from "../report/spread.ts";
import { type ConsoleScene, createConsoleScene } from "./console-scene.ts";
import { measureAnswers } from "./measure-answers.ts";
import { measureChart } from "./measure-chart.ts";
import { type Load, measureLoad, type Target } from "./measure-load.ts";
import { long, shown } from "./seed-console.ts";

const slowdowns = [1, 4] as const;
const heading = "main h1";

const targets: readonly Target[] = [
  { path: "/login", loggedIn: false, selectors: [heading, "main form button"] },
  {
    path: "/",
    loggedIn: true,
    selectors: [heading, 'svg[aria-label^="Hosts, pipelines"]', `section[aria-label="Experiments under way"] tbody tr`],
  },
  { path: "/experiments", loggedIn: true, selectors: [heading, `section[aria-label="Experiments"] tbody tr`] },
  { path: "/fleet", loggedIn: true, selectors: [heading, `section[aria-label="Hosts"] tbody tr`] },
];

/** How fast the console is there, answers, and draws, in a real browser on a real server. */
export async function benchConsole(say: Say, { runs = 7, seconds = 8, only }: BenchOptions): Promise<string> {
  const wanted = (part: string): boolean => only.length === 0 || only.includes(part);
  const scene = await createConsoleScene();
  try {
    const text = [
      `${shown.hosts.toLocaleString("en")} hosts and ${shown.experiments} experiments in the database; ${scene.browser} without a window, 1,440 × 900, ` +
        `on the same machine as the server, its processor slowed down by the browser where it says ×4; the network is this machine's own. Medians (least–greatest) of ${runs}.`,
    ];
    if (wanted("loads")) text.push(...(await loads(scene, runs, say)));
    if (wanted("answers")) text.push(...(await answers(scene, runs, say)));
    if (wanted("chart")) text.push(...(await charts(scene, seconds, say)));
    return text.join("\n");
  } finally {
    await scene.close();
  }
}

async function loads(scene: ConsoleScene, runs: number, say: Say): Promise<string[]> {
  const rows: string[] = [];
  for (const target of targets) {
    const { scriptBytes } = await measureLoad(scene, target, { slowdown: 1, encoding: "gzip" });
    for (const slowdown of slowdowns) {
      const measured: Load[] = [];
      for (let run = 0; run < runs; run++) measured.push(await measureLoad(scene, target, { slowdown }));
      const spread = (pick: (load: Load) => number): string => showSpread(measured.map(pick), 0);
      rows.push(
        `| \`${target.path}\` | ×${slowdown} | ${kilobytes(scriptBytes)} | ${kilobytes(measured[0]?.scriptBytes ?? 0)} | ` +
          `${spread((load) => load.firstPaintMs)} | ${spread((load) => load.shownMs)} | ` +
          `${spread((load) => load.interactiveMs)} | ${spread((load) => load.blockedMs)} |`,
      );
      say(rows.at(-1) ?? "");
    }
  }
  return [
    "",
    "First visits, nothing cached. JavaScript is what came before the page was interactive. Shown: heading and the rows of the answers are painted and nothing is loading. Interactive is Lighthouse's: the end of the last task over 50 ms before five seconds without one, here no earlier than shown. Blocked is its total blocking time.",
    "",
    "| page | processor | JavaScript, gzip, kB | as sent (brotli), kB | first content, ms | shown, ms | interactive, ms | blocked, ms |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
  ];
}

async function answers(scene: ConsoleScene, runs: number, say: Say): Promise<string[]> {
  const bySlowdown: Awaited<ReturnType<typeof measureAnswers>>[] = [];
  for (const slowdown of slowdowns) {
    bySlowdown.push(await measureAnswers(scene, { slowdown, runs, hosts: shown.hosts }));
  }
  const rows = (bySlowdown[0] ?? []).map(({ list, act }, place) => {
    const cells = bySlowdown.map((measured) => showSpread(measured[place]?.timesMs ?? [], 0));
    return `| ${list} | ${act} | ${cells.join(" | ")} |`;
  });
  for (const row of rows) say(row);
  return [
    "",
    "From the click or the last key until the rows of the answer are painted; none of the answers was in the page before.",
    "",
    `| list | what is done | ${slowdowns.map((slowdown) => `×${slowdown}, ms`).join(" | ")} |`,
    "|---|---|---|---|",
    ...rows,
  ];
}

async function charts(scene: ConsoleScene, seconds: number, say: Say): Promise<string[]> {
  const rows: string[] = [];
  for (const slowdown of slowdowns) {
    for (const { what, framesMs, updates } of await measureChart(scene, { slowdown, lengthMs: seconds * 1_000 })) {
      const [p50, p95, worst] = [0.5, 0.95, 1].map((p) => quantileOf(framesMs, p).toFixed(1));
      const slow = (100 * framesMs.filter((ms) => ms > 50).length) / framesMs.length;
      rows.push(`| ${what} | ×${slowdown} | ${p50} | ${p95} | ${worst} | ${slow.toFixed(1)} | ${updates} |`);
      say(rows.at(-1) ?? "");
    }
  }
  return [
    "",
    `The page of an experiment under way, tab Evidence: the chart of its interval has ${long.points.toLocaleString("en")} points (three lines over ${Math.ceil(long.points / 3).toLocaleString("en")} blocks, more than a plan allows), ` +
      `five more show ${long.windows.toLocaleString("en")} windows of two arms, of which the server sends at most 500 steps each. An update is another window and block, stored and told live; it is read, and all six charts are drawn anew. ${seconds} s each.`,
    "",
    "| meanwhile | processor | time between frames, median, ms | p95, ms | worst, ms | frames over 50 ms, % | updates shown |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ];
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(0);
}
