import type { ProcessShares } from "./rank-processes.ts";

/** One process at one look. */
export type UsageSample = {
  pid: number;
  startTicks: number;
  /** CPU time used since it started. */
  cpuTicks: number;
  rssPages: number;
  /** Bytes read from and written to storage since it started; 0 when nobody may know. */
  ioBytes: number;
};

/** What the host has, and the time of a look in ticks since boot. */
export type HostUnits = {
  nowTicks: number;
  ticksPerSecond: number;
  cpuCount: number;
  memoryPages: number;
};

/** Turns counters into shares; remembers what it saw at the look before. */
export interface UsageMeter {
  /** Shares of each process since the look before: of the host's CPU time, of its memory, of all bytes moved. */
  observe(samples: readonly UsageSample[], host: HostUnits): ProcessShares[];
}

/** Share of the newest look in a figure: a single tick of an idle process must not change the ranking. */
const weightOfNewest = 0.5;
/** Bytes a second under which the host counts as if it moved these: one small write is not all of its I/O. */
const leastIoBytesPerSecond = 1024 * 1024;

/** What happened in less is counted as if it had taken this long: it says little about what is to come. */
const leastSeconds = 1;

type Seen = { cpuTicks: number; ioBytes: number; cpu: number; io: number };

/** Creates a meter that has seen nothing: its first figures are averages over the life of each process. */
export function createUsageMeter(): UsageMeter {
  let seen = new Map<string, Seen>();
  let atTicks = 0;

  return {
    observe(samples, host) {
      const { nowTicks, ticksPerSecond, cpuCount, memoryPages } = host;
      const deltas = samples.map((sample) => {
        const key = `${sample.pid}@${sample.startTicks}`;
        const before = seen.get(key);
        const beganTicks = before === undefined ? sample.startTicks : atTicks;
        const seconds = Math.max(leastSeconds, (nowTicks - beganTicks) / ticksPerSecond);
        const cpuTicks = Math.max(0, sample.cpuTicks - (before?.cpuTicks ?? 0));
        const ioPerSecond = Math.max(0, sample.ioBytes - (before?.ioBytes ?? 0)) / seconds;
        return { sample, key, before, cpu: cpuTicks / seconds / ticksPerSecond / cpuCount, ioPerSecond };
      });
      const allIo = deltas.reduce((sum, { ioPerSecond }) => sum + ioPerSecond, 0);
      const next = new Map<string, Seen>();
      const shares = deltas.map(({ sample, key, before, cpu, ioPerSecond }) => {
        const io = ioPerSecond / Math.max(allIo, leastIoBytesPerSecond);
        const smooth = (newest: number, older: number | undefined): number =>
          Math.min(1, older === undefined ? newest : weightOfNewest * newest + (1 - weightOfNewest) * older);
        const figures = { cpu: smooth(cpu, before?.cpu), io: smooth(io, before?.io) };
        const { pid, startTicks, cpuTicks, ioBytes } = sample;
        next.set(key, { cpuTicks, ioBytes, ...figures });
        return { pid, startTicks, ...figures, rss: Math.min(1, sample.rssPages / memoryPages) };
      });
      seen = next;
      atTicks = nowTicks;
      return shares;
    },
  };
}
