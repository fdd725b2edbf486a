import type { Database, Queryable, Tx } from "@phoenix/platform/database";
import { createGathering } from "@phoenix/platform/lifecycle";
import { type AuditEntry, type AuditRecord, firstHash, hashEntry } from "./audit-entry.ts";

/** What a page of the audit is asked for with. */
export type AuditFilter = {
  actor: string;
  method: string;
  subject: string;
  startTime: Date | undefined;
  endTime: Date | undefined;
  /** Entries before this sequence; null begins with the newest. */
  before: bigint | null;
  limit: number;
};

/** What a check of the chain found. */
export type AuditCheck = {
  entries: bigint;
  /** First entry that does not fit; 0 for none. */
  brokenSequence: bigint;
  /** What is wrong; empty when nothing is. */
  detail: string;
  newestHash: string;
};

type Row = {
  sequence: string;
  time: Date;
  actor: string;
  source: string;
  method: string;
  subject: string;
  outcome: string;
  before: string;
  after: string;
  reason: string;
  request_id: string;
  hash: string;
};

const columns = "sequence, time, actor, source, method, subject, outcome, before, after, reason, request_id, hash";
const appendLock = 7_470_018;
const batch = 1_000;

/** Takes entries of the audit. */
export type AuditLog = {
  /** Resolves once the entry is stored. @throws what storing it threw. */
  append(entry: AuditEntry): Promise<void>;
};

/**
 * Creates the log: entries that come while others are being stored are stored
 * together, in their order. One transaction at a time over all replicas, so that
 * the chain has no gaps; many writers share one and do not wait for each other's.
 */
export function createAuditLog(db: Database): AuditLog {
  const entries = createGathering<AuditEntry, undefined>({
    work: (batch) => db.transaction((tx) => appendAll(tx, batch)).then(() => batch.map(() => undefined)),
    maxBatch: 500,
    hands: 1,
    spacingMs: 0,
    // Each is of a call that waits for it, and these are bounded where they come in.
    maxWaiting: Number.POSITIVE_INFINITY,
  });
  return { append: (entry) => entries.add(entry) };
}

async function appendAll(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock($1)", [appendLock]);
  const [last] = await tx.query<{ sequence: string; hash: string }>(
    "SELECT sequence, hash FROM audit_events ORDER BY sequence DESC LIMIT 1",
  );
  let sequence = BigInt(last?.sequence ?? 0);
  let hash = last?.hash ?? firstHash;
  const rows = entries.map((entry) => {
    // PostgreSQL keeps no NUL in a text; the hash is over what is kept.
    const kept = mapTexts(entry, (text) => text.replaceAll("\0", "").toWellFormed());
    sequence += 1n;
    hash = hashEntry(hash, sequence, kept);
    return [
      ...[sequence, kept.time, kept.actor, kept.source, kept.method, kept.subject, kept.outcome],
      ...[kept.before, kept.after, kept.reason, kept.requestId, hash],
    ];
  });
  const types = ["bigint", "timestamptz", ...Array.from({ length: 10 }, () => "text")];
  await tx.query(
    `INSERT INTO audit_events (${columns})
     SELECT * FROM unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(", ")})`,
    types.map((_type, index) => rows.map((row) => row[index])),
  );
}

/** Entries of the audit, newest first. */
export async function listAudit(q: Queryable, filter: AuditFilter): Promise<AuditRecord[]> {
  const rows = await q.query<Row>(
    `SELECT ${columns} FROM audit_events
     WHERE ($1 = '' OR actor = $1) AND ($2 = '' OR method = $2) AND ($3 = '' OR subject = $3)
       AND ($4::timestamptz IS NULL OR time >= $4) AND ($5::timestamptz IS NULL OR time < $5)
       AND ($6::bigint IS NULL OR sequence < $6)
     ORDER BY sequence DESC LIMIT $7`,
    [
      ...[filter.actor, filter.method, filter.subject, filter.startTime ?? null, filter.endTime ?? null],
      ...[filter.before, filter.limit],
    ],
  );
  return rows.map(recordOf);
}

/** Checks the chain from its first entry, and that it once had `knownHash`, where one is given. */
export async function verifyAudit(q: Queryable, knownHash: string): Promise<AuditCheck> {
  let entries = 0n;
  let newestHash = firstHash;
  let known = knownHash === "" || knownHash === firstHash;
  for (;;) {
    const rows = await q.query<Row>(
      `SELECT ${columns} FROM audit_events WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
      [entries, batch],
    );
    for (const record of rows.map(recordOf)) {
      const expected = entries + 1n;
      if (record.sequence !== expected) {
        const detail = `Entry ${expected} is missing: after ${entries} comes ${record.sequence}.`;
        return { entries, brokenSequence: expected, detail, newestHash };
      }
      if (hashEntry(newestHash, record.sequence, record) !== record.hash) {
        const detail = `Entry ${expected} is not what was written: its hash does not fit what it says and the entry before.`;
        return { entries, brokenSequence: expected, detail, newestHash };
      }
      entries = expected;
      newestHash = record.hash;
      known ||= record.hash === knownHash;
    }
    if (rows.length < batch) break;
  }
  if (known) return { entries, brokenSequence: 0n, detail: "", newestHash };
  const detail =
    "The chain fits in itself, but it never had the hash given: entries were removed at its end, or all of it was written anew.";
  return { entries, brokenSequence: entries + 1n, detail, newestHash };
}

function recordOf(row: Row): AuditRecord {
  const { sequence, request_id: requestId, ...rest } = row;
  return { ...rest, sequence: BigInt(sequence), requestId };
}

function mapTexts(entry: AuditEntry, change: (text: string) => string): AuditEntry {
  const texts = Object.entries(entry).map(([name, value]) => [name, value instanceof Date ? value : change(value)]);
  return Object.fromEntries(texts) as AuditEntry;
}
