import { kernelUnits } from "./kernel-units.ts";
import { readProcessStat } from "./process-stat.ts";
import { requireLinux } from "./require-linux.ts";

/** How much a process has used. */
export interface ProcessReading {
  readonly pid: number;
  /** When it started, in ticks since boot; another value means another process under the same pid. */
  readonly startTicks: number;
  /** CPU time used since it started, user and system, in seconds; children not included. */
  readonly cpuSeconds: number;
  /** Resident memory, in bytes; 0 for a zombie. */
  readonly rssBytes: number;
  /** It has ended and waits for its parent to take note. */
  readonly zombie: boolean;
}

/** Reads a process now; undefined when there is none. Throws PhoenixError (UNIMPLEMENTED) where this is not Linux. */
export function readProcess(pid: number): ProcessReading | undefined {
  requireLinux("Measuring a process");
  const stat = readProcessStat(pid);
  if (stat === undefined) return undefined;
  const { ticksPerSecond, pageBytes } = kernelUnits();
  return {
    pid,
    startTicks: stat.startTicks,
    cpuSeconds: stat.cpuTicks / ticksPerSecond,
    rssBytes: stat.rssPages * pageBytes,
    zombie: stat.state === "Z" || stat.state === "X",
  };
}
