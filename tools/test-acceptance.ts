/**
 * `npm run test:acceptance [-- AT-P02 ...]`: the acceptance cases one after the other, on a
 * real server, real agents and real collectors, and at the end a table of what each measured.
 */
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { findCollector } from "@phoenix/collector";
import { takeFigures } from "@phoenix/test/acceptance/measured-figures.ts";
import Mocha from "mocha";

const root = resolve(import.meta.dirname, "..");
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const specs = globSync("test/acceptance/at-p*.spec.ts", { cwd: root })
  .toSorted()
  .filter((path) => wanted.length === 0 || wanted.some((word) => path.includes(word)));
if (specs.length === 0) {
  process.stderr.write(`test:acceptance: no case matches ${wanted.join(", ")}\n`);
  process.exit(2);
}

const collector = await findCollector({
  env: process.env,
  onProgress: (line) => process.stderr.write(`test:acceptance: ${line}\n`),
});
// Servers and agents of the cases are processes of their own and find it by this.
process.env.PHOENIX_OTELCOL = collector.path;

type Row = { case: string; what: string; measured: string; goal: string; passed: string };
const rows: Row[] = [];
const caseOf = (title: string): string => /AT-P\d+/.exec(title)?.[0] ?? title;

const beganMs = performance.now();
const mocha = new Mocha({ reporter: "spec", color: false, forbidOnly: true, forbidPending: true, slow: 600_000 });
for (const path of specs) mocha.addFile(join(root, path));
await mocha.loadFilesAsync();
const failures = await new Promise<number>((done) => {
  const runner = mocha.run(done);
  // A test's own end, or that of a hook that failed before it.
  const note = (test: Mocha.Runnable, passed: boolean): void => {
    const name = caseOf(test.fullTitle());
    const figures = takeFigures();
    for (const figure of figures) rows.push({ ...figure, passed: figure.passed ? "yes" : "NO" });
    if (figures.some((figure) => figure.passed !== passed) || figures.length === 0) {
      rows.push({ case: name, what: test.title, measured: "", goal: "", passed: passed ? "yes" : "NO" });
    }
  };
  runner.on("pass", (test) => note(test, true));
  runner.on("fail", (test) => note(test, false));
});

const heads: Row = { case: "case", what: "what", measured: "measured", goal: "goal", passed: "passed" };
const keys = ["case", "what", "measured", "goal", "passed"] as const;
const width = (key: keyof Row): number => Math.max(...[heads, ...rows].map((row) => row[key].length));
process.stdout.write("\n");
for (const row of [heads, ...rows]) {
  process.stdout.write(
    `${keys
      .map((key) => row[key].padEnd(width(key)))
      .join("  ")
      .trimEnd()}\n`,
  );
}
const failed = new Set(rows.filter(({ passed }) => passed !== "yes").map((row) => row.case));
const cases = new Set(rows.map((row) => row.case));
const minutes = ((performance.now() - beganMs) / 60_000).toFixed(1);
process.stdout.write(`\n${cases.size - failed.size} of ${cases.size} cases passed in ${minutes} min\n`);
process.exitCode = failures === 0 && failed.size === 0 ? 0 : 1;
