import type { Level } from "./read-policy.ts";

/** Files that a configuration refers to, by name; a collector takes each as one value, so none ends with a new line. */
export type FilterFiles = Readonly<Record<string, string>>;

/** Pid of no process: an empty list would match what the receiver pleases. */
const nobody = 0;

/** Names of processes that can be written down as they are: anybody may give a process any name. */
const plainName = /^[A-Za-z0-9 _.:@+/-]{1,256}$/;

/**
 * Writes a choice of processes as the receiver's filters: who they are, and what they are called, by which the
 * receiver passes over all others before it looks at them closely. Where a name holds what a collector or an
 * expression might take for more than text, any name is let through; the choice itself is by pid alone.
 */
export function filesOfChoice(chosen: readonly { pid: number; name: string }[]): FilterFiles {
  const pids = chosen.length > 0 ? chosen.map(({ pid }) => pid) : [nobody];
  const names = [...new Set(chosen.map(({ name }) => name))].sort();
  const pattern = names.every((name) => plainName.test(name))
    ? `^(?:${names.map((name) => name.replace(/[.+]/g, "[$&]")).join("|")})$`
    : ".*";
  return { "pids.yaml": pids.map((pid) => `- strict: "${pid}"`).join("\n"), "names.yaml": `- '${pattern}'` };
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
