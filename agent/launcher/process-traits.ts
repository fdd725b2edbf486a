import { readdirSync, readFileSync } from "node:fs";

/** Ids of all processes this user can see. */
export function listProcessIds(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

/** The process group of a process, field 5 of proc_pid_stat(5); undefined when there is no such process. */
export function readProcessGroup(pid: number): number | undefined {
  const stat = readProcText(`/proc/${pid}/stat`);
  // Counted from the state, field 3, behind the name, which may hold blanks and brackets itself.
  const group = stat?.slice(stat.lastIndexOf(")") + 2).split(" ", 3)[2];
  return group === undefined ? undefined : Number(group);
}

/** True when the process was started with `variable=value`; false as well when its environment may not be read. */
export function wasStartedWith(pid: number, variable: string, value: string): boolean {
  return readProcText(`/proc/${pid}/environ`)?.split("\0").includes(`${variable}=${value}`) ?? false;
}

function readProcText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    // Gone before or while it was read, or another user's: nothing that could be ours.
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return undefined;
    throw error;
  }
}
