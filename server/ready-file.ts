import { renameSync, rmSync, writeFileSync } from "node:fs";

/** What a ready file says. */
export type Readiness = {
  pid: number;
  apiUrl: string;
  /** "host:port" for agents; empty where the controller runs elsewhere. */
  agentAddress: string;
};

/** Writes the file whole or not at all, so that a reader never sees half of it. */
export function writeReadyFile(path: string, readiness: Readiness): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(readiness)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

/** Removes the file; not being there is fine. */
export function removeReadyFile(path: string): void {
  rmSync(path, { force: true });
}
