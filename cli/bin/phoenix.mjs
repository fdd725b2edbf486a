#!/usr/bin/env node
/** Entry of the command `phoenix`: makes sure that Node runs TypeScript, then hands over. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
/**
 * An agent lives on every host, so its memory counts: one mebibyte for V8's young generation and one
 * arena for malloc keep it a third smaller (docs/benchmarks.md) at no cost that could be measured.
 */
const lean = ["--max-semi-space-size=1"];

if (process.argv[2] === "agent" && process.execve !== undefined && !process.execArgv.includes(lean[0])) {
  process.execve(
    process.execPath,
    [process.execPath, ...process.execArgv, ...lean, fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    { ...process.env, MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX || "1" },
  );
}

if (major > 22 || (major === 22 && minor >= 18)) {
  // Keeps compiled code between runs: starts are faster, and an agent does not carry the TypeScript stripper.
  // Imported here: a Node that is too old for this branch has no such export.
  const { enableCompileCache } = await import("node:module");
  enableCompileCache(process.env.NODE_COMPILE_CACHE || join(cacheHome(), "phoenix", "compiled"));
  const { run } = await import("../index.ts");
  await run(process.argv.slice(2));
} else {
  const self = fileURLToPath(import.meta.url);
  const node = join(self, "..", "..", "..", "node_modules", ".bin", "node");
  if (!existsSync(node)) {
    process.stderr.write("phoenix: needs Node 24; run `npm run setup` in the clone, which brings it\n");
    process.exit(1);
  }
  const child = spawn(node, [self, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.on("SIGINT", () => undefined); // the terminal gives it to the child as well, which decides
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

function cacheHome() {
  return process.env.PHOENIX_CACHE_DIR || process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
}
