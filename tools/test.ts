/**
 * `npm test [-- filter]`: every suite against real PostgreSQL and a real
 * collector. First makes sure of a collector, so that the first test does not
 * wait for a build; then runs mocha, twice at a time because most suites on real
 * collectors wait most of the time, and prints `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { findCollector } from "@phoenix/collector";
import { findBrowser } from "../cli/testing/browser.ts";

const root = resolve(import.meta.dirname, "..");
const filter = process.argv.slice(2);
/** More would make windows late on a machine of two cores. */
const lanes = 2;

const places = [
  "platform",
  "migrations",
  "collector",
  "catalog",
  "validation",
  "report",
  "services",
  "server",
  "agent",
  "cli",
  "web",
  "test",
  "bench",
];
/** Suites that need a Chromium; where there is none they are left out, and that is said. */
const inBrowser = /^test\/(web\/|acceptance\/at-p09-)/;
const browser = findBrowser();
const all = places
  .flatMap((place) => globSync(`${place}/**/*.spec.ts`, { cwd: root, exclude: (name) => name === "node_modules" }))
  .toSorted()
  .filter((path) => filter.length === 0 || filter.some((text) => path.includes(text)));
const specs = all.filter((path) => browser !== undefined || !inBrowser.test(path));
if (specs.length === 0) {
  process.stderr.write(`test: no suite matches ${filter.join(", ")}\n`);
  process.exit(1);
}

const collector = await findCollector({
  env: process.env,
  onProgress: (line) => process.stderr.write(`test: ${line}\n`),
});
process.stderr.write(`test: collector ${collector.version} (${collector.source})\n`);

/** Suites that share a process: the cases share runs, those beside the code a PostgreSQL; the others share nothing. */
const groups = [
  ...Map.groupBy(specs, (path) => {
    if (/^test\/acceptance\/at-p/.test(path)) return "acceptance cases";
    return /^test\/(acceptance|integration|web)\//.test(path) ? path : "";
  }),
]
  // The two large ones first, so that none of them is left to the end.
  .toSorted(([a], [b]) => Number(a.includes("/")) - Number(b.includes("/")));
/** Foretells from the processes there are: what another suite starts meanwhile, nobody could foretell. */
const needsQuiet = /\/load-forecast\./;
const [beside = [], alone = []] = [false, true].map((quiet) =>
  groups.filter(([name]) => needsQuiet.test(name) === quiet).map(([, paths]) => paths),
);
const jobCount = beside.length + alone.length;

let passed = 0;
let failed = 0;
let pending = 0;
let ended = 0;
let sound = true;
/** What mocha said of each part that failed, to be said once more where it is found: at the end. */
const complaints: string[] = [];

/** Runs mocha over some suites and prints what it said when it is over, or as it says it where nothing runs beside. */
async function runMocha(paths: readonly string[]): Promise<void> {
  const only = jobCount === 1;
  const mocha = spawn(
    process.execPath,
    [join(root, "node_modules/mocha/bin/mocha.js"), "--config", join(root, ".mocharc.json"), ...paths],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PHOENIX_OTELCOL: collector.path, NO_COLOR: "1", FORCE_COLOR: "0" },
    },
  );
  let output = "";
  const take = (text: string): void => {
    if (only) process.stdout.write(text);
    output += text;
  };
  mocha.stdout.setEncoding("utf8").on("data", take);
  mocha.stderr.setEncoding("utf8").on("data", take);
  const code = await new Promise<number | null>((done) => mocha.on("close", done));
  if (!only) process.stdout.write(output);
  const count = (word: string): number =>
    Number(new RegExp(`^\\s*(\\d+) ${word}`, "m").exec(output.slice(-200_000))?.[1] ?? 0);
  passed += count("passing");
  failed += count("failing");
  pending += count("pending");
  ended += 1;
  if (code !== 0 || count("passing") === 0) {
    sound = false;
    const begin = output.search(/^\s*\d+ failing/m);
    complaints.push(begin >= 0 ? output.slice(begin) : `mocha ended with ${code} over ${paths.join(", ")}\n`);
  }
  if (!only) process.stderr.write(`test: ${ended} of ${jobCount} parts done\n`);
}

const queue = beside.values();
await Promise.all(
  Array.from({ length: lanes }, async () => {
    // One iterator for all lanes: each takes what comes next.
    for (const paths of queue) await runMocha(paths);
  }),
);
for (const paths of alone) await runMocha(paths);
if (jobCount > 1 || failed === 0) for (const complaint of complaints) process.stdout.write(complaint);
if (pending > 0) process.stdout.write(`${pending} tests did not run\n`);
if (specs.length < all.length) {
  process.stdout.write(
    `${all.length - specs.length} suites of the console did not run: there is no Chromium here; install one, or name it with PHOENIX_BROWSER\n`,
  );
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = sound && failed === 0 && pending === 0 ? 0 : 1;
