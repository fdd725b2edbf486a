import { createHash } from "node:crypto";
import type { Database, Queryable, Tx } from "@phoenix/platform/database";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";

/** How often may fail, and how long one waits then. */
type Limit = { free: number; longestMs: number };

/** After `free` failures each further one doubles the wait, from a second. */
const limits: Readonly<Record<"name" | "source", Limit>> = {
  name: { free: 5, longestMs: 300_000 },
  // Many people may come from one address.
  source: { free: 20, longestMs: 60_000 },
};

/** After this long without an attempt, what failed before is forgotten, in milliseconds. */
const forgetMs = 900_000;

/** Slows logins down that fail, by name and by address, over all replicas. */
export type LoginAttempts = {
  /**
   * Counts an attempt as failed before its password is looked at, so that many at once gain nothing.
   * @throws PhoenixError LOGIN_THROTTLED with `retryAfterSeconds`.
   */
  begin(name: string, source: string): Promise<void>;
  /** Takes the attempt back: it was no failure. */
  succeed(name: string, source: string): Promise<void>;
};

/** Creates the record of attempts in PostgreSQL. */
export function createLoginAttempts(db: Database, clock: () => Date): LoginAttempts {
  return {
    async begin(name, source) {
      const now = clock();
      const waits = await db.transaction(async (tx) => {
        // In this order everywhere, so that two attempts never wait for each other.
        const waitMs = Math.max(
          await blockedMs(tx, subjectOf("name", name), now),
          await blockedMs(tx, subjectOf("source", source), now),
        );
        if (waitMs > 0) return waitMs;
        await count(tx, subjectOf("name", name), limits.name, now);
        await count(tx, subjectOf("source", source), limits.source, now);
        return 0;
      });
      if (waits === 0) return;
      const seconds = Math.ceil(waits / 1000);
      throw phoenixError(
        ErrorReason.LOGIN_THROTTLED,
        `Too many logins failed, for this name or from this address. Try again in ${seconds} s.`,
        { metadata: { retryAfterSeconds: String(seconds) } },
      );
    },
    async succeed(name, source) {
      await db.query("DELETE FROM login_attempts WHERE subject = $1 OR attempt_time < $2", [
        subjectOf("name", name),
        new Date(clock().getTime() - forgetMs),
      ]);
      await db.query(
        `WITH less AS (
           UPDATE login_attempts SET failures = failures - 1, blocked_until = attempt_time
           WHERE subject = $1 AND failures > 1 RETURNING 1)
         DELETE FROM login_attempts WHERE subject = $1 AND failures <= 1 AND NOT EXISTS (SELECT 1 FROM less)`,
        [subjectOf("source", source)],
      );
    },
  };
}

/** Names are kept as digests: people type their password into the wrong field. */
function subjectOf(kind: "name" | "source", text: string): string {
  const short = kind === "name" ? createHash("sha256").update(text.toLowerCase()).digest("hex") : text;
  return `${kind} ${short || "unknown"}`;
}

async function blockedMs(tx: Tx, subject: string, now: Date): Promise<number> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7470))", [subject]);
  const [row] = await tx.query<{ blocked_until: Date }>(
    "SELECT blocked_until FROM login_attempts WHERE subject = $1 AND attempt_time > $2",
    [subject, new Date(now.getTime() - forgetMs)],
  );
  return Math.max(0, (row?.blocked_until.getTime() ?? 0) - now.getTime());
}

async function count(q: Queryable, subject: string, { free, longestMs }: Limit, now: Date): Promise<void> {
  await q.query(
    `INSERT INTO login_attempts AS a (subject, failures, attempt_time, blocked_until) VALUES ($1, 1, $2, $2)
     ON CONFLICT (subject) DO UPDATE SET
       failures = CASE WHEN a.attempt_time < $3 THEN 1 ELSE least(a.failures + 1, 1000) END,
       attempt_time = $2,
       blocked_until = CASE WHEN a.attempt_time < $3 OR a.failures + 1 < $4 THEN $2::timestamptz
         ELSE $2::timestamptz + least(1000 * 2 ^ least(a.failures + 1 - $4, 20), $5) * interval '1 millisecond' END`,
    [subject, now, new Date(now.getTime() - forgetMs), free, longestMs],
  );
}
