/**
 * Compares the contract with that of the main line. A breaking change is free
 * until 1.0 but never accidental: it must come with a line in proto/CHANGES.md.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const run = (command: string, args: string[]) =>
  spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
const commitOf = (name: string): string =>
  run("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]).stdout.trim();

/** What to compare with: the main line of the remote where this is ahead of it, else the commit before this one. */
function base(): string | undefined {
  const head = commitOf("HEAD");
  return [commitOf("refs/remotes/origin/main"), commitOf("HEAD~1")].find(
    (commit) => commit !== "" && commit !== head && run("git", ["cat-file", "-e", `${commit}:buf.yaml`]).status === 0,
  );
}

/** Compares with the contract of a commit, both beside the same third-party contracts. */
function compare(commit: string): { ok: boolean; words: string } {
  const folder = mkdtempSync(join(tmpdir(), "phoenix-contract-"));
  try {
    const archive = run("sh", ["-c", `git archive ${commit} buf.yaml proto | tar -x -C '${folder}'`]);
    if (archive.status !== 0) return { ok: false, words: archive.stderr };
    cpSync(join(root, "proto-vendor"), join(folder, "proto-vendor"), { recursive: true });
    const done = run(join(root, "node_modules", ".bin", "buf"), ["breaking", "--against", folder]);
    return { ok: done.status === 0, words: `${done.stdout}${done.stderr}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const against = base();
if (against === undefined || !existsSync(join(root, "proto-vendor"))) {
  process.stdout.write("there is no earlier contract to compare with\n");
} else {
  const { ok, words } = compare(against);
  const announced = run("git", ["diff", "--quiet", against, "--", "proto/CHANGES.md"]).status === 1;
  process.stdout.write(words);
  if (!ok && announced) process.stdout.write("announced in proto/CHANGES.md\n");
  else if (!ok) process.stdout.write("a breaking change must be announced by a line in proto/CHANGES.md\n");
  process.exitCode = ok || announced ? 0 : 1;
}
