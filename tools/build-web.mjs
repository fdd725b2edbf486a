/**
 * Builds the web console when its sources are not those it was built from: run by
 * setup, so that demo, test and a server find it. `--if-missing` leaves a console that
 * is there as it is. Plain JavaScript: it may run before Node 24 is first on PATH.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname ?? ".", "..");
const stamp = join(root, "web", "dist", ".built-from");
const places = ["web", "gen", "report", "catalog", "platform/errors", "platform/expression"];
const left = new Set(["node_modules", "dist"]);

/** SHA-256 over everything the console is made of: its sources, the contract, the packages. */
function hashSources() {
  const hash = createHash("sha256");
  const take = (path) =>
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)))
      .update("\0");
  const walk = (folder) => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!left.has(entry.name) && !entry.name.startsWith("dist.")) walk(path);
      } else if (!/\.spec\.tsx?$/.test(entry.name)) {
        take(path);
      }
    }
  };
  for (const place of places) walk(place);
  take("package-lock.json");
  return hash.digest("hex");
}

const wanted = hashSources();
const built = existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
const there = built === wanted || (built !== undefined && process.argv.includes("--if-missing"));
if (!there) {
  process.stderr.write("setup: building the web console\n");
  const started = Date.now();
  const code = `const { buildConsole } = await import("./web/build/build.ts"); await buildConsole();`;
  const done = spawnSync(join(root, "node_modules", ".bin", "node"), ["--input-type=module", "--eval", code], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (done.status !== 0) {
    const words = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}`.split("\n").slice(0, 20);
    process.stderr.write(`setup: the web console could not be built; the first words:\n${words.join("\n")}\n`);
    process.exit(1);
  }
  // What was written while it was being built is built next time.
  writeFileSync(stamp, wanted);
  process.stderr.write(`setup: console built in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}
