import type { RunningProcess } from "../launcher/index.ts";
import type { Clock } from "./clock.ts";

/** How long a process may take to vanish once the kernel was told to kill it. */
const killWithinMs = 10_000;

/**
 * Ends a process and everything in its group: SIGTERM, a grace, SIGKILL. Resolves when it has ended;
 * an Error when even SIGKILL did not end it within 10 s.
 */
export async function endProcess(process: RunningProcess, graceMs: number, clock: Clock): Promise<void> {
  process.signal("SIGTERM");
  if (!(await endsWithin(process, graceMs, clock))) {
    process.signal("SIGKILL");
    if (!(await endsWithin(process, killWithinMs, clock))) {
      throw new Error(
        `Process ${process.identity.pid} did not end within ${killWithinMs / 1000} s after SIGKILL; the kernel holds it.`,
      );
    }
  }
  sweepGroup(process);
}

/** Kills what an ended process left behind in its group. */
export function sweepGroup(process: RunningProcess): void {
  process.signal("SIGKILL");
}

async function endsWithin(process: RunningProcess, ms: number, clock: Clock): Promise<boolean> {
  const ended = new AbortController();
  void process.exited.then(() => ended.abort());
  return !(await clock.sleep(ms, ended.signal));
}
