/** What the agent itself uses. */
export interface SelfReading {
  /** CPU time since the reading before, as a share of one core; may pass 1. */
  readonly cpuRatio: number;
  /** Resident memory now, in bytes. */
  readonly rssBytes: number;
}

/** Measures the process it runs in. */
export interface SelfProbe {
  /** Reads, and begins the next interval. */
  read(): SelfReading;
}

/** A probe of this process; the first reading covers the time since it was made. `monotonicMs` is a clock that never goes back. */
export function createSelfProbe(monotonicMs: () => number = () => performance.now()): SelfProbe {
  let cpu = process.cpuUsage();
  let atMs = monotonicMs();
  return {
    read() {
      const used = process.cpuUsage(cpu);
      const nowMs = monotonicMs();
      const elapsedMs = nowMs - atMs;
      cpu = process.cpuUsage();
      atMs = nowMs;
      return {
        cpuRatio: elapsedMs > 0 ? (used.user + used.system) / 1_000 / elapsedMs : 0,
        rssBytes: process.memoryUsage.rss(),
      };
    },
  };
}
