import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type LoadProcess, linkPath, linkTarget, startLoadProcess } from "./load-process.ts";
import type { Roster } from "./roster.ts";

/** Sudden needs of a host's CPU and memory. Of each kind one goes on at a time; another one meanwhile is left out. */
export interface Spikes {
  cpu(spike: { cpuRatio: number; durationMs: number }): void;
  memory(spike: { bytes: number; durationMs: number }): void;
}

/** Names of the processes that are spikes where stress-ng is not used. */
const names = { cpu: "cpu-spike", memory: "memory-spike" } as const;

/**
 * Runs stress-ng in a group of its own and ends all of the group when the input
 * ends, because its owner is gone in whatever way.
 */
const STRESS_SCRIPT = '"$@" >/dev/null 2>&1 & read -r line; kill -KILL 0';

/** dd fills one block of memory and then waits for a reader that never comes; when its owner is gone the pipe breaks and ends it. */
const DD = "/bin/dd";

/** Creates the spikes of a crew, made by stress-ng where it is wanted and on the PATH. */
export function createSpikes(options: {
  roster: Roster;
  folder: string;
  random: () => number;
  stressNg: boolean;
}): Spikes {
  const { roster, folder, random } = options;
  const stressNg = options.stressNg ? findProgram("stress-ng") : undefined;
  const busy = new Set<keyof typeof names>();

  const hold = (kind: keyof typeof names, durationMs: number, start: () => Promise<LoadProcess>[]): void => {
    if (busy.has(kind)) return;
    busy.add(kind);
    roster.attempt(async () => {
      const begun = await Promise.allSettled(start());
      const spikes = begun.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      for (const spike of spikes) {
        const name = stressNg === undefined ? names[kind] : "stress-ng";
        roster.enter(spike, { name, shortLived: true });
        roster.later(durationMs, spike.kill);
      }
      void Promise.all(spikes.map(({ ended }) => ended)).then(() => busy.delete(kind));
      const refused = begun.find((one) => one.status === "rejected");
      if (refused !== undefined) throw refused.reason;
    });
  };

  return {
    cpu({ cpuRatio, durationMs }) {
      hold("cpu", durationMs, () => {
        const cores = Math.ceil(cpuRatio);
        const perCore = cpuRatio / cores;
        if (stressNg !== undefined) {
          const load = Math.max(1, Math.round(perCore * 100));
          return [startStressNg(stressNg, folder, ["--cpu", String(cores), "--cpu-load", String(load)], durationMs)];
        }
        linkOnce(linkTarget, linkPath(folder, names.cpu));
        const plan = { name: names.cpu, shortLived: true, cpuRatio: perCore, memoryBytes: 0 };
        return Array.from({ length: cores }, () => startLoadProcess(plan, folder, random));
      });
    },
    memory({ bytes, durationMs }) {
      hold("memory", durationMs, () => {
        // Without a pause stress-ng would write the memory again and again, which is a CPU spike.
        const args = ["--vm", "1", "--vm-bytes", String(bytes), "--vm-keep", "--vm-hang", "0"];
        if (stressNg !== undefined) return [startStressNg(stressNg, folder, args, durationMs)];
        return [fillMemory(folder, bytes)];
      });
    },
  };
}

async function startStressNg(
  program: string,
  folder: string,
  args: readonly string[],
  durationMs: number,
): Promise<LoadProcess> {
  const timeout = ["--timeout", `${Math.ceil(durationMs / 1_000)}s`, "--temp-path", folder];
  const child = spawn("/bin/sh", ["-c", STRESS_SCRIPT, "spike", program, ...args, ...timeout], {
    detached: true,
    env: { PATH: "/usr/bin:/bin" },
    cwd: folder,
    stdio: ["pipe", "ignore", "ignore"],
  });
  return await asLoadProcess(child, () => {
    // Not waited for yet, so the pid still leads its group.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, "SIGKILL");
    }
  });
}

async function fillMemory(folder: string, bytes: number): Promise<LoadProcess> {
  linkOnce(DD, linkPath(folder, names.memory));
  const child = spawn(linkPath(folder, names.memory), ["if=/dev/zero", `bs=${bytes}`, "count=1"], {
    argv0: "dd",
    env: { PATH: "/usr/bin:/bin" },
    cwd: "/",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return await asLoadProcess(child, () => {
    child.kill("SIGKILL");
    // What it wrote before is read by nobody, and without that its end would not be told.
    child.stdout?.destroy();
  });
}

async function asLoadProcess(child: ChildProcess, kill: () => void): Promise<LoadProcess> {
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  // As for every load process: its end is told by "close", a failure to start by the wait below.
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  await once(child, "spawn");
  return { pid: child.pid!, ended, kill };
}

function linkOnce(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

function findProgram(name: string): string | undefined {
  const paths = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
  return paths
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        // Not there, or not for us: the next folder, and in the end none.
        return false;
      }
    });
}
