import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/** `postgres` for a living process of that name, `other` for a living stranger, `dead` for one that only waits to be reaped, `gone` for none. */
export type ProcessState = "postgres" | "other" | "dead" | "gone";

/** What the process with this id is now. */
export async function inspectProcess(pid: number): Promise<ProcessState> {
  if (!exists(pid)) return "gone";
  if (process.platform === "linux") return inspectLinux(pid);
  return new Promise((resolve) => {
    execFile("ps", ["-o", "stat=", "-o", "comm=", "-p", String(pid)], (error, stdout) => {
      const [state = "", command = ""] = stdout.trim().split(/\s+/, 2);
      // `ps` fails when there is no such process any more.
      if (error !== null) return resolve("gone");
      if (state.startsWith("Z")) return resolve("dead");
      resolve(basename(command) === "postgres" ? "postgres" : "other");
    });
  });
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM is a living process of another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function inspectLinux(pid: number): Promise<ProcessState> {
  try {
    // "pid (name) state ...", the name may hold anything, brackets too.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const close = stat.lastIndexOf(")");
    const state = stat.charAt(close + 2);
    if (state === "Z" || state === "X") return "dead";
    return stat.slice(stat.indexOf("(") + 1, close) === "postgres" ? "postgres" : "other";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return "gone";
    throw error;
  }
}
