import type { ProcessIdentity } from "../launcher/index.ts";

/** What is noted about a launch: before it without an identity, after it with one. */
export type ProcessRecord = {
  /** Value of the launch variable in its environment. */
  launchId: string;
  /** The configuration it was started with. */
  configDigest: string;
  /** Somebody had changed that configuration on disk. */
  edited: boolean;
  healthPort: number;
  metricsPort: number;
  /** Starts before this one since the spec was applied. */
  restarts: number;
  /** When, in milliseconds since the epoch. */
  startedAtMs: number;
  identity: ProcessIdentity | null;
};

/** Reads process.json; null when it is damaged, and then nothing of it may be signalled. */
export function parseProcessRecord(text: string): ProcessRecord | null {
  let read: Partial<ProcessRecord> | null;
  try {
    read = JSON.parse(text);
  } catch (error) {
    // Damaged: there is no process that could be known by it.
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
  const { launchId, configDigest, identity } = read ?? {};
  const numbers = [read?.healthPort, read?.metricsPort, read?.restarts, read?.startedAtMs];
  if (typeof launchId !== "string" || typeof configDigest !== "string" || !numbers.every(isNatural)) return null;
  if (identity && !isIdentity(identity)) return null;
  return { ...(read as ProcessRecord), edited: read?.edited === true, identity: identity ?? null };
}

function isIdentity(identity: ProcessIdentity): boolean {
  // Pid 1 and the group of pid 0 are never ours.
  return (
    typeof identity.bootId === "string" && isNatural(identity.pid) && identity.pid > 1 && isNatural(identity.startTicks)
  );
}

function isNatural(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
