import { spawn } from "node:child_process";
import { closeSync, openSync, renameSync } from "node:fs";
import { readProcess } from "../probes/index.ts";
import { attachedProcess } from "./attached-process.ts";
import type { Exit, Launcher, ProcessIdentity, ProcessUsage, RunningProcess } from "./launcher.ts";
import { isAlive, presentBootId, signalGroup } from "./process-group.ts";
import { listProcessIds, readProcessGroup, wasStartedWith } from "./process-traits.ts";

/**
 * The executor `process`: programs are children in a session of their own whose output goes to a
 * file, so that they live on when the agent ends, and die only when they are told to.
 */
export function createProcessLauncher(options: { pollMs?: number } = {}): Launcher {
  const pollMs = options.pollMs ?? 250;
  return {
    async launch(command) {
      setAside(command.logFile);
      const log = openSync(command.logFile, "a", 0o600);
      try {
        const child = spawn(command.file, command.args, {
          cwd: command.cwd,
          env: command.env,
          stdio: ["ignore", log, log],
          detached: true,
        });
        // Read before the event loop turns: an ended child stays readable until Node collects it.
        const startTicks = child.pid === undefined ? undefined : readProcess(child.pid)?.startTicks;
        const exited = new Promise<Exit>((resolve) => {
          child.once("exit", (code, signal) => resolve({ code, signal }));
        });
        await new Promise<void>((resolve, reject) => {
          child.once("spawn", resolve);
          child.once("error", reject);
        });
        child.unref();
        if (child.pid === undefined || startTicks === undefined) {
          throw new Error(`${command.file} was started, but /proc does not show it`);
        }
        return ownProcess({ bootId: presentBootId(), pid: child.pid, startTicks }, exited);
      } finally {
        closeSync(log);
      }
    },
    attach(identity) {
      return isAlive(identity) ? attachedProcess(identity, pollMs, readUsage) : null;
    },
    find(variable, value) {
      for (const pid of listProcessIds()) {
        // A process it started itself has the variable too; the leader of the group is the one launched.
        if (!wasStartedWith(pid, variable, value) || readProcessGroup(pid) !== pid) continue;
        const found = readProcess(pid);
        if (found !== undefined) return { bootId: presentBootId(), pid, startTicks: found.startTicks };
      }
      return null;
    },
  };
}

function ownProcess(identity: ProcessIdentity, exited: Promise<Exit>): RunningProcess {
  return {
    identity,
    exited,
    signal: (signal) => signalGroup(identity, signal),
    usage: () => readUsage(identity),
    release: () => undefined,
  };
}

function readUsage(identity: ProcessIdentity): ProcessUsage | null {
  const found = readProcess(identity.pid);
  if (found === undefined || found.zombie || found.startTicks !== identity.startTicks) return null;
  return { cpuSeconds: found.cpuSeconds, rssBytes: found.rssBytes };
}

function setAside(file: string): void {
  try {
    renameSync(file, `${file}.1`);
  } catch (error) {
    // The first start finds no older log.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
