/**
 * Reads facts of this host and its processes from the kernel: CPU time and
 * memory of a process, when it started, which boot this is. Promises: a process
 * that is gone is `undefined`, never an error; a host that is not Linux is told
 * so by name of what is missing. Names as collectors write them, and which
 * processes must be reported, are the oracle's.
 */

export { type HostCpu, loadBetween, readHostCpu } from "./host-cpu.ts";
export { type HostFacts, readBootId, readHostFacts } from "./host-facts.ts";
export { type KernelUnits, kernelUnits } from "./kernel-units.ts";
export { readIoBytes } from "./process-io.ts";
export { type ProcessReading, readProcess } from "./process-reading.ts";
export { isKernelThread, type ProcessStat, parseProcessStat, readProcessStat, readProcFile } from "./process-stat.ts";
export { requireLinux } from "./require-linux.ts";
export { createSelfProbe, type SelfProbe, type SelfReading } from "./self-probe.ts";
