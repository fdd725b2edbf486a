/**
 * `npm test [-- filter]`: every suite against real PostgreSQL and a real
 * collector. First makes sure of a collector, so that the first test does not
 * wait for a build; then runs mocha and prints `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { findCollector } from "@phoenix/collector";

const root = resolve(import.meta.dirname, "..");
const filter = process.argv.slice(2);

const collector = await findCollector({
  env: process.env,
  onProgress: (line) => process.stderr.write(`test: ${line}\n`),
});
process.stderr.write(`test: collector ${collector.version} (${collector.source})\n`);

const places = [
  "platform",
  "migrations",
  "collector",
  "catalog",
  "services",
  "server",
  "agent",
  "cli",
  "test",
  "bench",
];
const specs = places
  .flatMap((place) => globSync(`${place}/**/*.spec.ts`, { cwd: root, exclude: (name) => name === "node_modules" }))
  .toSorted()
  .filter((path) => filter.length === 0 || filter.some((text) => path.includes(text)));
if (specs.length === 0) {
  process.stderr.write(`test: no suite matches ${filter.join(", ")}\n`);
  process.exit(1);
}

const mocha = spawn(
  process.execPath,
  [join(root, "node_modules/mocha/bin/mocha.js"), "--config", join(root, ".mocharc.json"), ...specs],
  {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PHOENIX_OTELCOL: collector.path, NO_COLOR: "1", FORCE_COLOR: "0" },
  },
);
let output = "";
mocha.stdout.setEncoding("utf8");
mocha.stdout.on("data", (text: string) => {
  process.stdout.write(text);
  output = (output + text).slice(-200_000);
});
mocha.on("close", (code) => {
  const count = (word: string): number => Number(new RegExp(`^\\s*(\\d+) ${word}`, "m").exec(output)?.[1] ?? 0);
  const passed = count("passing");
  const failed = count("failing");
  const pending = count("pending");
  if (pending > 0) process.stdout.write(`${pending} tests did not run\n`);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = code === 0 && failed === 0 && passed > 0 && pending === 0 ? 0 : 1;
});
