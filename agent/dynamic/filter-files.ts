import type { Level } from "./read-policy.ts";

/** Files that a configuration refers to, by name; a collector takes each as one value, so none ends with a new line. */
export type FilterFiles = Readonly<Record<string, string>>;

/** Pid of no process: an empty list would match what the receiver pleases. */
const nobody = 0;

/** Writes a choice of processes as the receiver's list of filters. */
export function filesOfPids(pids: readonly number[]): FilterFiles {
  const listed = pids.length > 0 ? pids : [nobody];
  return { "pids.yaml": listed.map((pid) => `- strict: "${pid}"`).join("\n") };
}

/** Reads the processes of a list back. */
export function pidsOfFiles(files: FilterFiles): number[] {
  const listed = [...(files["pids.yaml"] ?? "").matchAll(/^- strict: "(\d{1,10})"$/gm)];
  return listed.map(([, pid]) => Number(pid)).filter((pid) => pid !== nobody);
}

/**
 * Writes what a level moves. `cpuCount` because the receiver's utilization is a share of all processors, and a floor
 * one of a single core. Source: receiver/hostmetricsreceiver, processscraper/ucal, of opentelemetry-collector-contrib.
 */
export function filesOfLevel(level: Level, intervalMs: number, cpuCount: number): FilterFiles {
  return {
    process_interval: `${intervalMs * level.intervalFactor}ms`,
    minimum_age: `${Math.round(level.minimumAgeMs)}ms`,
    // Without an exponent, which the collector's statements do not know.
    cpu_floor: (level.cpuFloor / cpuCount).toFixed(9),
    rss_floor_bytes: String(level.rssFloorBytes),
  };
}

/** When receivers scrape first: those whose filter moves after each move, all of them after a start. */
export function filesOfDelay(delay: string, which: "moved" | "all"): FilterFiles {
  return { moved_delay: delay, ...(which === "all" ? { start_delay: delay } : {}) };
}

/** True when two sets of files say the same. */
export function sameFiles(one: FilterFiles, other: FilterFiles): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
