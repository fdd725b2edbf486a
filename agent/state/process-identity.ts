import { readFile } from "node:fs/promises";

/** What names a process beyond doubt: a pid alone is used again by strangers. */
export type ProcessIdentity = {
  /** Process id. */
  pid: number;
  /** Clock ticks from the boot to the start of the process (field 22 of /proc/<pid>/stat). */
  startTicks: number;
  /** Id of the boot the ticks count from. */
  bootId: string;
};

/** The id of this boot of the kernel; empty where the kernel does not give one. */
export async function readBootId(): Promise<string> {
  try {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** The identity of a process that lives now, or null when no process has this pid. */
export async function readProcessIdentity(pid: number): Promise<ProcessIdentity | null> {
  const stat = await readStat(pid);
  if (stat === null) return null;
  // The name in parentheses may itself hold spaces and parentheses: count from its last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const startTicks = Number(fields[19]);
  return { pid, startTicks, bootId: await readBootId() };
}

async function readStat(pid: number): Promise<string | null> {
  try {
    return await readFile(`/proc/${pid}/stat`, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}
