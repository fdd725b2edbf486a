/** Compares the contract with that of the main line; a breaking change must be on purpose. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" });

/** What to compare with: the main line of the remote, else the commit before this one. */
function base(): string | undefined {
  for (const name of ["refs/remotes/origin/main", "HEAD~1"]) {
    const found = git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
    const commit = found.stdout.trim();
    if (found.status === 0 && git("cat-file", "-e", `${commit}:buf.yaml`).status === 0) return commit;
  }
  return undefined;
}

const against = base();
if (against === undefined) {
  process.stdout.write("there is no earlier contract to compare with\n");
} else {
  const done = spawnSync(
    join(root, "node_modules", ".bin", "buf"),
    ["breaking", "proto", "--against", `.git#ref=${against},subdir=proto`],
    { cwd: root, encoding: "utf8" },
  );
  process.stdout.write(done.stdout + done.stderr);
  process.exitCode = done.status ?? 1;
}
