/**
 * `npm run calibrate`: how often the verdict is wrong, by simulation on every
 * core, written to docs/calibration.md. Exits 1 when a promised bound is broken.
 * Options: --seed, --runs (at the target), --power-runs, --out.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, platform, totalmem } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import {
  addTallies,
  brokenBounds,
  countTrials,
  renderStudy,
  type Setting,
  studyRow,
  studySettings,
  type Tally,
} from "../services/analytics/verdict/study/index.ts";

/** Some runs of one setting, with a seed of their own: the figures do not depend on who runs them. */
interface Task {
  readonly place: number;
  readonly setting: Setting;
  readonly runs: number;
  readonly seed: number;
}
interface Answer {
  readonly place: number;
  readonly tallies: readonly Tally[];
}

const runsPerTask = 100;

function tasksOf(settings: readonly Setting[], runs: number, powerRuns: number, seed: number): Task[] {
  return settings.flatMap((setting, place) => {
    const wanted = setting.shiftSd === 0 ? runs : powerRuns;
    return Array.from({ length: Math.ceil(wanted / runsPerTask) }, (_, part) => ({
      place,
      setting,
      runs: Math.min(runsPerTask, wanted - part * runsPerTask),
      // A prime apart, so that no two parts of a study share a seed.
      seed: seed + 1_000_003 * place + part,
    }));
  });
}

/** Gives every worker a task at a time until none is left. */
async function runAll(tasks: readonly Task[]): Promise<Tally[][]> {
  const sums: Tally[][] = [];
  const open = [...tasks];
  let done = 0;
  const work = (): Promise<void> =>
    new Promise((finish, fail) => {
      const worker = new Worker(new URL(import.meta.url));
      const next = (): void => {
        const task = open.shift();
        if (task !== undefined) worker.postMessage(task);
        else void worker.terminate().then(() => finish());
      };
      worker.on("error", fail);
      worker.on("message", ({ place, tallies }: Answer) => {
        const before = sums[place];
        sums[place] = tallies.map((tally, index) => {
          const own = before?.[index];
          return own === undefined ? tally : addTallies(own, tally);
        });
        done += 1;
        if (done % 25 === 0 || done === tasks.length) {
          process.stderr.write(`calibrate: ${done} of ${tasks.length} parts\n`);
        }
        next();
      });
      next();
    });
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return sums;
}

function count(value: string, name: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  process.stderr.write(`calibrate: --${name} takes a whole number from 1, not "${value}"\n`);
  process.exit(2);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "20261121" },
      runs: { type: "string", default: "4000" },
      "power-runs": { type: "string", default: "500" },
      out: { type: "string", default: resolve(import.meta.dirname, "..", "docs", "calibration.md") },
    },
  });
  const seed = count(values.seed, "seed");
  const settings = studySettings();
  const startedMs = performance.now();
  const sums = await runAll(
    tasksOf(settings, count(values.runs, "runs"), count(values["power-runs"], "power-runs"), seed),
  );
  const rows = settings.flatMap((setting, place) => (sums[place] ?? []).map((tally) => studyRow(setting, tally)));

  const given = process.argv.slice(2);
  const page = renderStudy(rows, {
    seed,
    seconds: (performance.now() - startedMs) / 1000,
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} × ${cpus()[0]?.model.trim() || "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()}, Node ${process.versions.node}`,
    command: ["npm run calibrate", ...(given.length > 0 ? ["--", ...given] : [])].join(" "),
  });
  writeFileSync(values.out, page);
  process.stderr.write(`calibrate: wrote ${values.out}\n`);
  const broken = brokenBounds(rows);
  for (const line of broken) process.stderr.write(`calibrate: BROKEN: ${line}\n`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

if (isMainThread) await main();
else {
  parentPort?.on("message", ({ place, setting, runs, seed }: Task) => {
    parentPort?.postMessage({ place, tallies: countTrials(setting, runs, seed) } satisfies Answer);
  });
}
