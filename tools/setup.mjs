/**
 * Makes a fresh clone ready: installs the packages of the lock file when they
 * are missing or older than it, and has the web console built (build-web.mjs). Plain JavaScript without packages, because it
 * runs before there are any, on any Node from 20 on.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname ?? ".", "..");
const quiet = process.argv.includes("--quiet");
const stamp = join(root, "node_modules", ".phoenix-setup");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

function fail(line) {
  process.stderr.write(`setup: ${line}\n`);
  process.exit(1);
}

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Node ${process.versions.node} is too old: install Node 20 or newer and run the command again`);
}
if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
  if (!quiet) process.stderr.write("setup: everything is in place\n");
} else {
  process.stderr.write("setup: installing packages (about a minute)\n");
  const started = Date.now();
  // Not `npm ci`: it insists on the packages of every other platform too, which a mirror need not have.
  const done = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    encoding: "utf8",
  });
  if (done.error) fail(`npm could not be started (${done.error.message}): install npm and run the command again`);
  if (done.status !== 0) {
    const words = `${done.stdout}${done.stderr}`.split("\n").slice(0, 15).join("\n");
    fail(`npm install failed; its first words:\n${words}\nmend that and run the command again`);
  }
  const node = spawnSync(join(root, "node_modules", ".bin", "node"), ["--version"], { encoding: "utf8" });
  if (node.status !== 0 || !node.stdout.startsWith("v24.")) {
    fail("the package `node` did not bring Node 24 for this platform: install Node 24 and run the command again");
  }
  writeFileSync(stamp, wanted);
  process.stderr.write(`setup: packages installed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}
// A console that cannot be built is said there; all else works without it.
spawnSync(process.execPath, [join(root, "tools", "build-web.mjs")], { cwd: root, stdio: "inherit" });
