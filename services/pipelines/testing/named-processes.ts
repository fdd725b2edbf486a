import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Real processes under chosen names. */
export type NamedProcesses = { pids(name: string): number[]; stop(): Promise<void> };

/** Starts this many idle processes of each name; a name is what the collector reports, the kernel's comm. */
export async function startNamedProcesses(counts: Readonly<Record<string, number>>): Promise<NamedProcesses> {
  const folder = await mkdtemp(join(tmpdir(), "phoenix-named-"));
  const children = new Map<string, ChildProcess[]>();
  for (const [name, count] of Object.entries(counts)) {
    // The kernel names a process after the path it was started by, which may be a link.
    await symlink("/bin/sleep", join(folder, name));
    const started = Array.from({ length: count }, () => spawn(join(folder, name), ["3600"], { stdio: "ignore" }));
    children.set(name, started);
    await Promise.all(started.map((child) => once(child, "spawn")));
  }
  return {
    pids: (name) => (children.get(name) ?? []).map((child) => child.pid ?? 0),
    async stop() {
      const all = [...children.values()].flat();
      const alive = all.filter((child) => child.kill("SIGKILL"));
      await Promise.all(alive.filter((child) => child.signalCode === null).map((child) => once(child, "exit")));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
