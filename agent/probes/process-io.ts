import { readProcFile } from "./process-stat.ts";

const buffer = Buffer.allocUnsafe(1024);

/**
 * Bytes that a process has read from and written to storage since it started; 0 when it is gone or this user
 * may not know, which takes root for processes of others. Source: proc_pid_io(5).
 */
export function readIoBytes(pid: number, procRoot = "/proc"): number {
  const length = readProcFile(`${procRoot}/${pid}/io`, buffer);
  if (length <= 0) return 0;
  const text = buffer.toString("latin1", 0, length);
  return field(text, "read_bytes") + field(text, "write_bytes");
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}
