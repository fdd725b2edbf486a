import { readProcFile } from "./process-stat.ts";
import { requireLinux } from "./require-linux.ts";

/** CPU time of all processors since boot, in ticks. */
export interface HostCpu {
  readonly totalTicks: number;
  /** Neither idle nor waiting for I/O. */
  readonly busyTicks: number;
}

const buffer = Buffer.allocUnsafe(1024);
const idleField = 3;
const ioWaitField = 4;
/** Guest time, fields 9 and 10, is in user time already. */
const ownFields = 8;

/** Reads how busy this host has been. Throws PhoenixError (UNIMPLEMENTED) where this is not Linux. Source: proc_stat(5). */
export function readHostCpu(procRoot = "/proc"): HostCpu {
  requireLinux("Measuring the load of the host");
  const length = readProcFile(`${procRoot}/stat`, buffer);
  const [line = ""] = buffer.toString("latin1", 0, Math.max(0, length)).split("\n", 1);
  const ticks = line
    .trim()
    .split(/\s+/)
    .slice(1, 1 + ownFields)
    .map(Number);
  if (!line.startsWith("cpu ") || ticks.some((each) => !Number.isFinite(each)))
    throw new Error(`${procRoot}/stat does not begin with the time of all processors`);
  const totalTicks = ticks.reduce((sum, each) => sum + each, 0);
  return { totalTicks, busyTicks: totalTicks - (ticks[idleField] ?? 0) - (ticks[ioWaitField] ?? 0) };
}

/** Share of its CPU time that a host was busy between two readings, 0 to 1; 0 when no time passed. */
export function loadBetween(before: HostCpu, after: HostCpu): number {
  const total = after.totalTicks - before.totalTicks;
  return total > 0 ? Math.min(1, Math.max(0, (after.busyTicks - before.busyTicks) / total)) : 0;
}
