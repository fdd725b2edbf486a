/** What all load of one simulation may take of its host, whatever its definition says. */
export interface LoadLimits {
  /** Processes at a time. */
  readonly processes: number;
  /** Processes begun a second, of those that come and go at a rate. */
  readonly spawnsPerSecond: number;
  /** Memory of all processes together. */
  readonly memoryBytes: number;
  /** CPU time of all processes together, spikes included, as a share of one core. */
  readonly cpuRatio: number;
  readonly durationMs: number;
}

/**
 * Memory that a process which only waits takes for itself. Measured on Linux 6,
 * dash: 108 KiB of its own pages, 44 KiB of page tables; the kernel's stack and
 * tables and the pipe to it are counted with the rest.
 */
export const processOverheadBytes: number = 256 * 1024;

/**
 * Memory a process needs while it fills some, in relation to what it fills.
 * Measured with dash, which doubles a text: 143 MiB at most for 64 MiB, 82 MiB after.
 */
export const fillPeakRatio = 2.25;

const GIB = 1024 ** 3;

/** The limits of a host: a quarter of its memory, half of its cores, and never more than the fixed ones. */
export function limitsOfHost(host: { readonly memoryBytes: number; readonly cpuCount: number }): LoadLimits {
  return {
    processes: 2_000,
    spawnsPerSecond: 50,
    memoryBytes: Math.min(host.memoryBytes / 4, 4 * GIB),
    cpuRatio: Math.min(host.cpuCount / 2, 4),
    durationMs: 24 * 3_600_000,
  };
}
