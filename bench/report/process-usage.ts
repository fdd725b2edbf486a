import { readdirSync, readFileSync } from "node:fs";

/** What processes used so far, and hold now. */
export type ProcessUsage = { cpuSeconds: number; rssBytes: number };

/** USER_HZ, the unit of CPU times in /proc on Linux. */
const ticksPerSecond = 100;

/** Usage of one process. */
export function usageOf(pid: number): ProcessUsage {
  const { ticks } = readStat(pid);
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  return { cpuSeconds: ticks / ticksPerSecond, rssBytes: rssKiB * 1024 };
}

/** CPU of a process and its children, those that ended included: what a PostgreSQL used. */
export function treeCpuSeconds(pid: number): number {
  const children = readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readStat(Number(name));
      return stat.ppid === pid ? [stat.ticks] : [];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" || (error as NodeJS.ErrnoException).code === "ESRCH")
        return [];
      throw error;
    }
  });
  const own = readStat(pid);
  return children.reduce((sum, ticks) => sum + ticks, own.ticks + own.reapedTicks) / ticksPerSecond;
}

function readStat(pid: number): { ppid: number; ticks: number; reapedTicks: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [, ppid = 0] = fields;
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return { ppid, ticks: utime + stime, reapedTicks: cutime + cstime };
}
