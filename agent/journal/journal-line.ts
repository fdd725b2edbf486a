import { crc32 } from "node:zlib";
import type { JournalEntry, TaskResult } from "./journal-entry.ts";

/** An entry as a line: CRC-32 in eight hex digits, a space, JSON, a line feed. */
export function formatLine(entry: JournalEntry): string {
  const { leaseToken, ...rest } = entry;
  const body = JSON.stringify({
    ...rest,
    leaseToken: leaseToken.toString(),
    ...(entry.phase === "begin" ? { assignment: Buffer.from(entry.assignment).toString("base64") } : {}),
  });
  return `${checksum(body)} ${body}\n`;
}

/** The entry of a line without its line feed, or null when the checksum or the shape is wrong. */
export function parseLine(line: string): JournalEntry | null {
  const body = line.slice(9);
  if (line[8] !== " " || line.slice(0, 8) !== checksum(body)) return null;
  const raw = parseObject(body);
  if (raw === null) return null;
  const { taskId, attempt, leaseToken, phase } = raw;
  if (typeof taskId !== "string" || typeof attempt !== "number") return null;
  if (typeof leaseToken !== "string" || !/^\d{1,20}$/.test(leaseToken)) return null;
  const ref = { taskId, attempt, leaseToken: BigInt(leaseToken) };
  if (phase === "begin" && typeof raw.assignment === "string") {
    return { phase, ...ref, assignment: new Uint8Array(Buffer.from(raw.assignment, "base64")) };
  }
  if (phase === "end" && isResult(raw.result) && typeof raw.endedAtMs === "number") {
    return { phase, ...ref, result: raw.result, endedAtMs: raw.endedAtMs };
  }
  return null;
}

function parseObject(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    // A checksum can fit by chance, that of nothing is all zeros: then this line is damage like any other.
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, "0");
}

function isResult(value: unknown): value is TaskResult {
  const result = value as Partial<TaskResult> | null;
  return (
    typeof result === "object" &&
    result !== null &&
    (result.state === "completed" || result.state === "failed" || result.state === "cancelled") &&
    typeof result.message === "string" &&
    typeof result.retryable === "boolean"
  );
}
