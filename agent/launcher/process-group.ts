import { readBootId, readProcess } from "../probes/index.ts";
import type { ProcessIdentity } from "./launcher.ts";
import { listProcessIds, readProcessGroup } from "./process-traits.ts";

let bootId: string | undefined;

/** The id of this boot; it cannot change while a process lives. */
export function presentBootId(): string {
  bootId ??= readBootId();
  return bootId;
}

/** True when exactly this process runs; one that has ended but was not collected by its parent does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== presentBootId()) return false;
  const found = readProcess(identity.pid);
  return found !== undefined && found.startTicks === identity.startTicks && !found.zombie;
}

/**
 * Signals every process of the group that this process leads, or led until it ended; true when there
 * was one to signal. When the pid belongs to another process by now, nobody is signalled: a group
 * keeps its number from being reused only as long as it has members.
 */
export function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (identity.bootId !== presentBootId()) return false;
  const leader = readProcess(identity.pid);
  if (leader !== undefined && leader.startTicks !== identity.startTicks) return false;
  // Not its group's leader, so not launched here: the group is somebody else's.
  if (leader !== undefined && readProcessGroup(identity.pid) !== identity.pid) return false;
  return hasLiveMember(identity) && sendToGroup(identity.pid, signal);
}

/** True when a process of the group runs that is not older than its leader. */
function hasLiveMember(identity: ProcessIdentity): boolean {
  if (isAlive(identity)) return true;
  return listProcessIds().some((pid) => {
    if (readProcessGroup(pid) !== identity.pid) return false;
    const member = readProcess(pid);
    return member !== undefined && !member.zombie && member.startTicks >= identity.startTicks;
  });
}

function sendToGroup(groupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // It ended between the look and the signal, which is what the signal was for.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
