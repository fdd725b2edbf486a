import { readdirSync, readFileSync } from "node:fs";

/** A process that runs on this machine, as a forecast takes it. */
export type RunningProcess = {
  /** As a collector reports it. */
  name: string;
  processes: 1;
  /** Since it began, as a share of one core. */
  cpuRatio: number;
  rssBytes: number;
};

/** What the kernel counts CPU time in, whatever it runs at itself. Source: USER_HZ, proc(5). */
const ticksPerSecond = 100;
/** Linux on x64 and, but for a few, on arm64. */
const pageBytes = 4_096;
/** A name of this length may have been cut by the kernel. Source: TASK_COMM_LEN in linux/sched.h. */
const longestName = 15;

/** Id of the boot of the kernel that this command runs on; empty where it has none to show. */
export function bootIdHere(): string {
  return read("/proc/sys/kernel/random/boot_id")?.trim() ?? "";
}

/** Every process that this command can see on this machine; none where this is not Linux. */
export function runningProcesses(): RunningProcess[] {
  const uptimeSeconds = Number(read("/proc/uptime")?.split(" ")[0] ?? "");
  if (!(uptimeSeconds > 0)) return [];
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const stat = read(`/proc/${pid}/stat`);
      return stat === undefined ? [] : describe(pid, stat, uptimeSeconds);
    });
}

function describe(pid: string, stat: string, uptimeSeconds: number): RunningProcess {
  // The name stands in brackets and may hold some itself. Fields are counted from 1, and state is the third.
  const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  const ranSeconds = Math.max(1, uptimeSeconds - field(22) / ticksPerSecond);
  return {
    name: Buffer.byteLength(name) < longestName ? name : (wholeName(pid, name) ?? name),
    processes: 1,
    cpuRatio: (field(14) + field(15)) / ticksPerSecond / ranSeconds,
    rssBytes: Math.max(0, field(24)) * pageBytes,
  };
}

/** Where the kernel may have cut a name, collectors take that of the program, if it begins so. */
function wholeName(pid: string, name: string): string | undefined {
  const program = read(`/proc/${pid}/cmdline`)?.split("\0")[0]?.replace(/^.*\//s, "");
  return program?.startsWith(name) ? program : undefined;
}

/** Undefined for what is not there, or not any more. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
