import type { Exit, ProcessIdentity, ProcessUsage, RunningProcess } from "./launcher.ts";
import { isAlive, signalGroup } from "./process-group.ts";

/**
 * A process that somebody else started, an earlier agent for instance. Its end is noticed by looking
 * at /proc every `pollMs`, and its exit code is not known.
 */
export function attachedProcess(
  identity: ProcessIdentity,
  pollMs: number,
  readUsage: (identity: ProcessIdentity) => ProcessUsage | null,
): RunningProcess {
  let timer: NodeJS.Timeout;
  const exited = new Promise<Exit>((resolve) => {
    timer = setInterval(() => {
      if (isAlive(identity)) return;
      clearInterval(timer);
      resolve({ code: null, signal: null });
    }, pollMs);
  });
  return {
    identity,
    exited,
    signal: (signal) => signalGroup(identity, signal),
    usage: () => readUsage(identity),
    release: () => clearInterval(timer),
  };
}
