/**
 * What PostgreSQL's server process writes into `postmaster.pid` of its data directory.
 * Source: PostgreSQL, src/include/utils/pidfile.h (one fact a line, in this order).
 */
export interface PostmasterFile {
  /** Process id. */
  pid: number;
  /** TCP port. */
  port: number;
  /** `starting`, `stopping`, `ready` or `standby`; empty for a moment at the very start. */
  status: string;
}

/** Reads the text of a `postmaster.pid`; undefined while it is not complete. */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined;
  return { pid, port, status: (lines[7] ?? "").trim() };
}
