/**
 * `npm run test:web [-- filter]`: the console in a real Chromium, on a real
 * server, real agents and real collectors. Builds it first where its sources changed.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { findCollector } from "@phoenix/collector";
import Mocha from "mocha";

const root = resolve(import.meta.dirname, "..");
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const specs = globSync(["test/web/*.spec.ts", "test/acceptance/at-p09-*.spec.ts", "web/**/*.spec.ts"], {
  cwd: root,
  exclude: (name) => name === "node_modules" || name === "dist",
})
  .toSorted()
  .filter((path) => wanted.length === 0 || wanted.some((word) => path.toLowerCase().includes(word)));
if (specs.length === 0) {
  process.stderr.write(`test:web: no suite matches ${wanted.join(", ")}\n`);
  process.exit(2);
}

const built = spawnSync(process.execPath, [join(root, "tools", "build-web.mjs")], { cwd: root, stdio: "inherit" });
if (built.status !== 0) process.exit(1);
const collector = await findCollector({
  env: process.env,
  onProgress: (line) => process.stderr.write(`test:web: ${line}\n`),
});
// Servers and agents are processes of their own and find it by this.
process.env.PHOENIX_OTELCOL = collector.path;

const mocha = new Mocha({ reporter: "spec", color: false, forbidOnly: true, forbidPending: true, slow: 60_000 });
for (const path of specs) mocha.addFile(join(root, path));
await mocha.loadFilesAsync();
const failures = await new Promise<number>((done) => mocha.run(done));
process.exitCode = failures === 0 ? 0 : 1;
