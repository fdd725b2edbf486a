import type { Database, Queryable, Tx } from "./database.ts";

/** An event to tell others about once its transaction is committed. */
export interface OutboxEvent {
  /** What kind of thing happened, such as `experiment`. */
  topic: string;
  /** Id of the thing it happened to. */
  key: string;
  /** The event. */
  payload: Uint8Array;
}

/** An event with its place in the one order all readers see. */
export interface PublishedEvent extends OutboxEvent {
  /** Place in the order, from 1, rising, with gaps. */
  sequence: bigint;
  /** When its transaction began. */
  createdAt: Date;
}

const channel = "outbox";
/** Key of the advisory lock under which events are numbered: the letters "phxo" in ASCII. */
const lockKey = 0x7068786f;

/** Puts an event in the outbox, in the transaction that causes it. */
export async function appendEvent(tx: Tx, { topic, key, payload }: OutboxEvent): Promise<void> {
  await tx.query("INSERT INTO outbox (topic, key, payload) VALUES ($1, $2, $3)", [topic, key, Buffer.from(payload)]);
  await tx.query("SELECT pg_notify($1, '')", [`${channel}_appended`]);
}

/**
 * Numbers committed events, oldest first, and notifies `outbox`; gives how many.
 * Numbers are given by one process at a time and after the commit, so a reader
 * that goes on from the last number it saw misses nothing, however long a
 * writing transaction stays open.
 */
export async function publishEvents(db: Pick<Database, "transaction">, limit = 500): Promise<number> {
  return db.transaction(async (tx) => {
    const [lock] = await tx.query<{ mine: boolean }>("SELECT pg_try_advisory_xact_lock($1) AS mine", [lockKey]);
    if (lock?.mine !== true) return 0;
    const rows = await tx.query(
      `UPDATE outbox SET sequence = numbered.sequence
       FROM (SELECT id, nextval('outbox_sequence') AS sequence FROM
              (SELECT id FROM outbox WHERE sequence IS NULL ORDER BY id LIMIT $1) AS oldest) AS numbered
       WHERE outbox.id = numbered.id RETURNING outbox.id`,
      [limit],
    );
    if (rows.length > 0) await tx.query("SELECT pg_notify($1, '')", [channel]);
    return rows.length;
  });
}

/** Reads published events after a sequence number, in order. */
export async function readEvents(from: Queryable, afterSequence: bigint, limit = 500): Promise<PublishedEvent[]> {
  const rows = await from.query<{ sequence: string; topic: string; key: string; payload: Buffer; created_at: Date }>(
    `SELECT sequence, topic, key, payload, created_at FROM outbox
     WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
    [afterSequence.toString(), limit],
  );
  return rows.map((row) => ({
    sequence: BigInt(row.sequence),
    topic: row.topic,
    key: row.key,
    payload: new Uint8Array(row.payload),
    createdAt: row.created_at,
  }));
}

/** Forgets published events older than `olderThanMs` milliseconds; gives how many. */
export async function pruneEvents(tx: Tx, olderThanMs: number): Promise<number> {
  const sql = `WITH gone AS (
      DELETE FROM outbox WHERE sequence IS NOT NULL AND created_at < now() - $1 * interval '1 millisecond' RETURNING 1
    ) SELECT count(*)::int AS count FROM gone`;
  const [row] = await tx.query<{ count: number }>(sql, [olderThanMs]);
  return row?.count ?? 0;
}
