import { randomUUID } from "node:crypto";

/**
 * Makes an id for a task: a UUID of version 7 (RFC 9562, section 5.7), so that
 * ids made one after the other meet in the same pages of an index.
 */
export function newTaskId(nowMs: number = Date.now()): string {
  const time = nowMs.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
