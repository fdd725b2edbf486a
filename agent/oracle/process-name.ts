/** Bytes of the longest name the kernel keeps; one of this length may have been cut. Source: TASK_COMM_LEN in linux/sched.h. */
export const COMM_BYTES = 15;

/**
 * The name a collector reports for a process (`process.executable.name`), from
 * the kernel's name and the first argument.
 *
 * It is the kernel's name (comm), not the file's; only where that has 15 bytes
 * and the base name of argv[0] begins with it is the base name taken. So a
 * script goes by its own name, Python by `python3`, and a program that renames
 * itself by its new name: Node 24 is `MainThread` until it sets
 * `process.title`, which changes comm as well as argv. Say in must-keep
 * expressions what the collector says, not what the package is called.
 *
 * Source: gopsutil v4 process_linux.go, fillNameWithContext, which the
 * host metrics receiver calls; checked against collector 0.160.0.
 */
export function collectorProcessName(comm: string, commBytes: number, argv0: string | undefined): string {
  if (commBytes < COMM_BYTES || argv0 === undefined) return comm;
  const base = argv0.replace(/\/+$/, "").replace(/^.*\//s, "");
  return base.startsWith(comm) ? base : comm;
}
