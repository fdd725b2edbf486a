import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BenchOptions, Say } from "../bench-options.ts";
import { quantileOf } from "../report/quantiles.ts";
import { showSpread } from "../report/spread.ts";
import { type DatabaseServer, startDatabaseServer } from "./database-server.ts";
import { graphileQueue } from "./graphile-queue.ts";
import { burnDown, openLoop } from "./measure-queue.ts";
import { pgBossQueue } from "./pg-boss-queue.ts";
import { phoenixQueue } from "./phoenix-queue.ts";
import type { Queue } from "./queue-driver.ts";

/** What one run of one queue gave. */
type Run = {
  addRate: number;
  doRate: number;
  loops: Map<number, { p50: number; p99: number }>;
  held: { p50: number; p99: number; servedRatio: number };
};

const queues = [phoenixQueue, graphileQueue, pgBossQueue];
const rates = [100, 1_000];
const openLoopSeconds = 10;

/** Phoenix's queue beside two others over the same PostgreSQL. */
export async function benchQueue(say: Say, options: BenchOptions): Promise<string> {
  const { jobs = 200_000, runs = 5, seconds = 60, rate = 1_000 } = options;
  const chosen = options.only.length === 0 ? queues : queues.filter((queue) => options.only.includes(queue.name));
  const server = await startDatabaseServer();
  const results = new Map<Queue, Run[]>(chosen.map((queue) => [queue, []]));
  try {
    for (let run = 0; run < runs; run++) {
      // Taking turns, so that what else happens on the machine meets them all.
      for (const queue of chosen) {
        const measured = await measureOnce(server, queue, { jobs, seconds, rate });
        results.get(queue)?.push(measured);
        const { addRate, doRate, held } = measured;
        say(
          `run ${run + 1} of ${runs}, ${queue.name}: added ${addRate.toFixed(0)}/s, done ${doRate.toFixed(0)}/s, ` +
            `${[...measured.loops].map(([at, { p50, p99 }]) => `at ${at}/s p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`).join(", ")}, ` +
            `held ${(held.servedRatio * 100).toFixed(0)} % p50 ${held.p50.toFixed(1)} p99 ${held.p99.toFixed(1)} ms`,
        );
      }
    }
  } finally {
    await server.stop();
  }
  return render(server.description, results, { jobs, runs, seconds, rate });
}

async function measureOnce(
  server: DatabaseServer,
  queue: Queue,
  { jobs, seconds, rate }: { jobs: number; seconds: number; rate: number },
): Promise<Run> {
  const url = await server.createDatabase();
  const driver = await queue.open(url);
  try {
    const burnt = await burnDown(driver, jobs);
    const loops: Run["loops"] = new Map();
    for (const at of rates) loops.set(at, quantiles(await openLoop(driver, { rate: at, seconds: openLoopSeconds })));
    const held = await openLoop(driver, { rate, seconds, held: url });
    return { ...burnt, loops, held: { ...quantiles(held), servedRatio: held.servedRatio } };
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
  { jobs, runs, seconds, rate }: { jobs: number; runs: number; seconds: number; rate: number },
): string {
  const row = (what: string, figure: (runs: readonly Run[]) => string): string =>
    `| ${what} | ${[...results.values()].map((own) => (own.length === 0 ? "" : figure(own))).join(" | ")} |`;
  const names = [...results.keys()].map(({ name }) => name);
  return [
    `${database}; ${[...results.keys()].map((queue) => `${queue.name} ${versionOf(queue)} (${queue.settings})`).join("; ")}. ` +
      `${runs} runs in turns, each in a new database; median (least–greatest). Jobs do nothing; ${jobs.toLocaleString("en")} in the burn-down. ` +
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
  ].join("\n");
}

function versionOf({ name }: Queue): string {
  const folder = name === "Phoenix" ? "@phoenix/controller" : name;
  const path = fileURLToPath(new URL(`../../node_modules/${folder}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
