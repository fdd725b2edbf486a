/** How long collectors of this host take from launch to running receivers. */
export interface StartupTime {
  /** The present estimate in milliseconds. */
  estimateMs(): number;
  /** Learns from one start. */
  observe(startupMs: number): void;
}

/**
 * Before anything was seen: collector 0.160 with a process scraper answered "ready" 27 to 68 ms after
 * its launch with a warm page cache, 140 to 180 ms with a cold one (2 cores, 12 starts). A validation
 * always warms the cache first.
 */
const firstEstimateMs = 70;
const longestMs = 5_000;
const weightOfNewest = 0.3;

/** Creates an estimate that follows the starts it sees: slower disks and larger binaries correct it themselves. */
export function createStartupTime(): StartupTime {
  let estimateMs = firstEstimateMs;
  return {
    estimateMs: () => estimateMs,
    observe(startupMs) {
      const bounded = Math.min(Math.max(startupMs, 0), longestMs);
      estimateMs += weightOfNewest * (bounded - estimateMs);
    },
  };
}
