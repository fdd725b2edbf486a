/**
 * `npm run verify`: everything that can be said about the code without running
 * it. Every step runs even when one before it failed; the exit code is 1 when any did.
 */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules", ".bin");

const steps: [name: string, command: string, args: string[]][] = [
  ["format and lint", "biome", ["check", "--error-on-warnings", "."]],
  ["types", "tsc", ["--noEmit", "-p", root]],
  ["types of the console", "tsc", ["--noEmit", "-p", join(root, "web")]],
  ["forgotten promises", "oxlint", ["--type-aware", "-c", ".oxlintrc.json", "."]],
  ["import walls", "node", ["tools/walls.ts"]],
  ["dead code", "knip", ["--no-progress"]],
  ["contract and generated code", "node", ["tools/generate.ts", "--check"]],
  ["contract against the main line", "node", ["tools/breaking.ts"]],
];

let failed = 0;
for (const [name, command, args] of steps) {
  const started = Date.now();
  const done = spawnSync(join(bin, command), args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: "1" },
    maxBuffer: 64 * 1024 * 1024,
  });
  const ok = done.status === 0;
  if (!ok) failed += 1;
  process.stdout.write(`${ok ? "ok    " : "FAILED"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  if (!ok) process.stdout.write(`${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}\n`);
}
process.stdout.write(failed === 0 ? "verify: clean\n" : `verify: ${failed} of ${steps.length} steps failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
