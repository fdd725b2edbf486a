import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BenchOptions, Say } from "../bench-options.ts";
import { quantileOf } from "../report/quantiles.ts";
import { showSpread } from "../report/spread.ts";
import { type DatabaseServer, startDatabaseServer } from "./database-server.ts";
import { graphileQueue, plainGraphileQueue } from "./graphile-queue.ts";
import { measureDispatch } from "./measure-dispatch.ts";
import { burnDown, flow, holdTransaction, openLoop } from "./measure-queue.ts";
import { hundredsPgBossQueue, pgBossQueue, singlePgBossQueue } from "./pg-boss-queue.ts";
import { phoenixQueue } from "./phoenix-queue.ts";
import type { Queue } from "./queue-driver.ts";
import { riverQueue } from "./river-queue.ts";

/** What one run of one queue gave. */
type Run = {
  addRate: number;
  doRate: number;
  loops: Map<number, { p50: number; p99: number }>;
  held: { p50: number; p99: number; servedRatio: number };
  /** Jobs a second while they are added too, with the transaction open, over those before it. */
  heldRatio: number;
};

const queues: readonly Queue[] = [
  phoenixQueue,
  graphileQueue,
  plainGraphileQueue,
  pgBossQueue,
  hundredsPgBossQueue,
  singlePgBossQueue,
  riverQueue,
];
const dispatchAgents = 500;
const dispatchTasks = 30_000;
/** What was not measured. */
const nothing = { p50: Number.NaN, p99: Number.NaN };
const patienceMs = 60_000;
const rates = [100, 1_000];
const openLoopSeconds = 10;
/** Part of the jobs of a burn-down that is added and done at once before and while a transaction is held. */
const flowShare = 10;

/** Phoenix's queue beside three others over the same PostgreSQL. */
export async function benchQueue(say: Say, options: BenchOptions): Promise<string> {
  const { jobs = 200_000, runs = 5, seconds = 60, rate = 1_000 } = options;
  const chosen = await present(
    options.only.length === 0 ? queues : queues.filter((queue) => options.only.includes(queue.name)),
    say,
  );
  const server = await startDatabaseServer();
  const results = new Map<Queue, Run[]>(chosen.map((queue) => [queue, []]));
  try {
    for (let run = 0; run < runs; run++) {
      // Taking turns, so that what else happens on the machine meets them all.
      for (const queue of chosen) {
        const measured = await measureOnce(server, queue, { jobs, seconds, rate });
        results.get(queue)?.push(measured);
        const { addRate, doRate, held, heldRatio } = measured;
        say(
          `run ${run + 1} of ${runs}, ${queue.name}: added ${addRate.toFixed(0)}/s, done ${doRate.toFixed(0)}/s, ` +
            `${[...measured.loops].map(([at, { p50, p99 }]) => `at ${at}/s p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`).join(", ")}, ` +
            `held: flow ${(heldRatio * 100).toFixed(0)} % of its rate, begun in time ${(held.servedRatio * 100).toFixed(0)} % p50 ${held.p50.toFixed(1)} p99 ${held.p99.toFixed(1)} ms`,
        );
      }
    }
  } finally {
    await server.stop();
    for (const queue of chosen) await queue.close?.();
  }
  say(`measuring dispatch to ${dispatchAgents} agents`);
  const dispatches = await measureDispatch({ agents: dispatchAgents, tasks: dispatchTasks, runs });
  return render(server.description, results, dispatches, { jobs, runs, seconds, rate });
}

/** Those that can be measured here; says why the others cannot. */
async function present(wanted: readonly Queue[], say: Say): Promise<Queue[]> {
  const found: Queue[] = [];
  for (const queue of wanted) {
    const missing = await queue.missing?.();
    if (missing === undefined) found.push(queue);
    else say(`${queue.name} is left out: ${missing}`);
  }
  return found;
}

async function measureOnce(
  server: DatabaseServer,
  queue: Queue,
  { jobs, seconds, rate }: { jobs: number; seconds: number; rate: number },
): Promise<Run> {
  const url = await server.createDatabase();
  const driver = await queue.open(url);
  try {
    const burnt = await burnDown(driver, Math.ceil(jobs / (queue.shareOfJobs ?? 1)));
    if (queue.shareOfJobs !== undefined) {
      return { ...burnt, loops: new Map(), held: { ...nothing, servedRatio: Number.NaN }, heldRatio: Number.NaN };
    }
    const loops: Run["loops"] = new Map();
    for (const at of rates) loops.set(at, quantiles(await openLoop(driver, { rate: at, seconds: openLoopSeconds })));
    const rested = await flow(driver, Math.ceil(jobs / flowShare), patienceMs);
    const holder = await holdTransaction(url);
    const held = await openLoop(driver, { rate, seconds });
    const under = await flow(driver, Math.ceil(jobs / flowShare), patienceMs);
    await holder.release();
    return {
      ...burnt,
      loops,
      held: { ...quantiles(held), servedRatio: held.servedRatio },
      heldRatio: under / rested,
    };
  } finally {
    await driver.stop();
    await server.dropDatabase(url);
  }
}

function quantiles({ latenciesMs }: { latenciesMs: number[] }): { p50: number; p99: number } {
  return { p50: quantileOf(latenciesMs, 0.5), p99: quantileOf(latenciesMs, 0.99) };
}

function render(
  database: string,
  results: ReadonlyMap<Queue, readonly Run[]>,
  dispatches: readonly number[],
  { jobs, runs, seconds, rate }: { jobs: number; runs: number; seconds: number; rate: number },
): string {
  const row = (what: string, figure: (runs: readonly Run[]) => string): string =>
    `| ${what} | ${[...results.values()].map((own) => (own.length === 0 ? "" : shown(figure(own)))).join(" | ")} |`;
  const names = [...results.keys()].map(({ name }) => name);
  const fewer = [...results.keys()]
    .flatMap(({ name, shareOfJobs = 1 }) =>
      shareOfJobs > 1 ? `, ${(jobs / shareOfJobs).toLocaleString("en")} for ${name}` : [],
    )
    .join("");
  return [
    `${database}; ${[...results.keys()].map((queue) => `${queue.name} ${versionOf(queue)} (${queue.settings})`).join("; ")}. ` +
      `${runs} runs in turns, each in a new database; median (least–greatest). Jobs do nothing; ${jobs.toLocaleString("en")} in the burn-down${fewer}. ` +
      "Latency is from the commit to the job's beginning.",
    "",
    `| | ${names.join(" | ")} |`,
    `|---|${names.map(() => "---|").join("")}`,
    row("added, jobs/s", (own) =>
      showSpread(
        own.map(({ addRate }) => addRate),
        0,
      ),
    ),
    row("burn-down, jobs/s", (own) =>
      showSpread(
        own.map(({ doRate }) => doRate),
        0,
      ),
    ),
    ...rates.flatMap((at) =>
      (["p50", "p99"] as const).map((p) =>
        row(`open loop at ${at}/s, ${p}, ms`, (own) =>
          showSpread(
            own.map(({ loops }) => loops.get(at)?.[p] ?? Number.NaN),
            1,
          ),
        ),
      ),
    ),
    row(`${rate}/s with a transaction held open for ${seconds} s, p99 of the second half, ms`, (own) =>
      showSpread(
        own.map(({ held }) => held.p99),
        1,
      ),
    ),
    row("of those begun within 1 s of the end, %", (own) =>
      showSpread(
        own.map(({ held }) => held.servedRatio * 100),
        1,
      ),
    ),
    row("then, with it still open, jobs/s while adding, % of those before it", (own) =>
      showSpread(
        own.map(({ heldRatio }) => heldRatio * 100),
        0,
      ),
    ),
    "",
    `The whole of Phoenix: tasks enqueued, claimed, pushed to ${dispatchAgents} agents over their streams, done, reported and stored: ` +
      `${showSpread(dispatches, 0)} tasks a second (${dispatchTasks.toLocaleString("en")} tasks in each of ${runs} runs).`,
  ].join("\n");
}

/** A cell, empty where nothing was measured. */
function shown(cell: string): string {
  return cell.includes("NaN") ? "" : cell;
}

function versionOf({ name, version }: Queue): string {
  if (version !== undefined) return version();
  const [product = ""] = name.split(" ");
  const folder = product === "Phoenix" ? "@phoenix/controller" : product;
  const path = fileURLToPath(new URL(`../../node_modules/${folder}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
