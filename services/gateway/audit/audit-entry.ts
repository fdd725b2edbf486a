import { createHash } from "node:crypto";

/** An entry of the audit without its place in the chain. */
export type AuditEntry = {
  time: Date;
  actor: string;
  source: string;
  method: string;
  subject: string;
  outcome: string;
  before: string;
  after: string;
  reason: string;
  requestId: string;
};

/** An entry in its place. */
export type AuditRecord = AuditEntry & { sequence: bigint; hash: string };

/** The hash before the first entry. */
export const firstHash = "0".repeat(64);

/**
 * SHA-256, lower-case hex, over the hash of the entry before and this one's
 * fields as a JSON array in a fixed order, so that nothing can move from one
 * field into the next.
 */
export function hashEntry(previousHash: string, sequence: bigint, entry: AuditEntry): string {
  const content = JSON.stringify([
    previousHash,
    sequence.toString(),
    entry.time.toISOString(),
    entry.actor,
    entry.source,
    entry.method,
    entry.subject,
    entry.outcome,
    entry.before,
    entry.after,
    entry.reason,
    entry.requestId,
  ]);
  return createHash("sha256").update(content).digest("hex");
}
