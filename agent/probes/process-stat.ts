import { closeSync, openSync, readSync } from "node:fs";

/** What /proc/<pid>/stat says of a process, in the kernel's units. Source: proc_pid_stat(5). */
export interface ProcessStat {
  readonly pid: number;
  /** The name the kernel has for it: at most 15 bytes. */
  readonly comm: string;
  /** How many bytes `comm` has. */
  readonly commBytes: number;
  /** One letter: R, S, D, Z (zombie), T ... */
  readonly state: string;
  readonly parentPid: number;
  /** Kernel flags of the task. */
  readonly flags: number;
  /** CPU time used so far, user and system, in ticks. */
  readonly cpuTicks: number;
  /** When it started, in ticks since boot: with the pid and the boot id, who it is. */
  readonly startTicks: number;
  /** Resident memory, in pages. */
  readonly rssPages: number;
}

/** Longest stat line: a name of 15 bytes and about 50 numbers. */
const STAT_BYTES = 2048;
const PF_KTHREAD = 0x00200000;
const shared = Buffer.allocUnsafe(STAT_BYTES);

/** True for a thread of the kernel, which shows in /proc like a process. Source: PF_KTHREAD in linux/sched.h. */
export function isKernelThread(stat: ProcessStat): boolean {
  return (stat.flags & PF_KTHREAD) !== 0;
}

/** Reads the stat line of a process; undefined when there is no such process. Blocks for about 10 µs. */
export function readProcessStat(pid: number, procRoot = "/proc"): ProcessStat | undefined {
  const length = readProcFile(`${procRoot}/${pid}/stat`, shared);
  return length > 0 ? parseProcessStat(shared.subarray(0, length)) : undefined;
}

/** Reads one line of the form of /proc/<pid>/stat; undefined when it is not one. */
export function parseProcessStat(line: Buffer): ProcessStat | undefined {
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const open = line.indexOf(0x28);
  const close = line.lastIndexOf(0x29);
  if (open < 1 || close < open) return undefined;
  const fields = line.toString("latin1", close + 2).split(" ", 22);
  const field = (number: number): number => Number(fields[number - 3]);
  const stat: ProcessStat = {
    pid: Number(line.toString("latin1", 0, open)),
    comm: line.toString("utf8", open + 1, close),
    commBytes: close - open - 1,
    state: fields[0] ?? "",
    parentPid: field(4),
    flags: field(9),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
    rssPages: field(24),
  };
  return Number.isSafeInteger(stat.pid) && Number.isFinite(stat.rssPages) ? stat : undefined;
}

/**
 * Reads the start of a /proc file into `buffer` and returns how many bytes; -1
 * when the process is gone or hidden from this user. Any other trouble, such as
 * too many open files, is thrown: it must not look like a process that is gone.
 */
export function readProcFile(path: string, buffer: Buffer): number {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (isGone(error)) return -1;
    throw error;
  }
  try {
    return readSync(file, buffer, 0, buffer.length, 0);
  } catch (error) {
    if (isGone(error)) return -1;
    throw error;
  } finally {
    closeSync(file);
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM";
}
