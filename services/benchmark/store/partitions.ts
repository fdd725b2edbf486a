import type { Database, Queryable } from "@phoenix/platform/database";

const dayMs = 24 * 60 * 60 * 1000;

/** Tables of sums and sketches that go with the observations, and their times. */
const addedUp = [
  ["observation_parts", "part_start"],
  ["observation_hours", "hour_start"],
  ["observation_quarters", "quarter_start"],
  ["contributor_hours", "hour_start"],
  ["compared_windows", "window_start"],
  ["series_sketches", "span_start"],
] as const;

/** The UTC day of a time, as "2026-11-20". */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function partitionOf(day: string): string {
  return `observations_${day.replaceAll("-", "")}`;
}

/**
 * Makes the partitions of these days where they are missing. A table is made
 * apart and then attached, which readers and writers of other days do not feel.
 */
export async function ensurePartitions(db: Database, days: Iterable<string>): Promise<void> {
  for (const day of days) {
    const partition = partitionOf(day);
    await db.transaction(async (tx) => {
      // Two replicas that see a new day at once take turns.
      await tx.query("SELECT pg_advisory_xact_lock(hashtext('phoenix.benchmark.partitions'))");
      const [found] = await tx.query("SELECT 1 FROM pg_class WHERE oid = to_regclass($1)", [partition]);
      if (found !== undefined) return;
      const next = dayOf(Date.parse(`${day}T00:00:00Z`) + dayMs);
      await tx.query(`CREATE TABLE ${partition} (LIKE observations INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
      await tx.query(
        `ALTER TABLE observations ATTACH PARTITION ${partition}
         FOR VALUES FROM ('${day} 00:00:00+00') TO ('${next} 00:00:00+00')`,
      );
    });
  }
}

/** The days that have a partition, oldest first. */
export async function listPartitionDays(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'observations'::regclass ORDER BY child.relname`,
  );
  return rows.map(({ name }) => name.replace(/^observations_(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3"));
}

/** The first UTC day that is kept, when so many whole days are. */
export function firstDayKept(nowMs: number, retentionDays: number): string {
  return dayOf(nowMs - retentionDays * dayMs);
}

/** Today and the next two days: partitions that are made before they are needed. */
export function daysAhead(nowMs: number): string[] {
  return [0, 1, 2].map((days) => dayOf(nowMs + days * dayMs));
}

/**
 * Drops the partitions of days before `firstDay`, and what was added up of them
 * but for the KPI series, which charts go on to show; gives those days. Waits at
 * most five seconds for readers; then the next run tries again.
 */
export async function dropPartitionsBefore(db: Database, firstDay: string): Promise<string[]> {
  const expired = (await listPartitionDays(db)).filter((day) => day < firstDay);
  for (const day of expired) {
    const partition = partitionOf(day);
    await db.transaction(async (tx) => {
      await tx.query("SET LOCAL lock_timeout = '5s'");
      await tx.query("SELECT pg_advisory_xact_lock(hashtext('phoenix.benchmark.partitions'))");
      // Another replica may have been here between the listing and the lock.
      const [found] = await tx.query("SELECT 1 FROM pg_class WHERE oid = to_regclass($1)", [partition]);
      if (found === undefined) return;
      await tx.query(`DROP TABLE ${partition}`);
    });
  }
  if (expired.length > 0) await forgetBefore(db, firstDay);
  return expired;
}

async function forgetBefore(db: Database, firstDay: string): Promise<void> {
  for (const [table, time] of addedUp) {
    await db.query(`DELETE FROM ${table} WHERE ${time} < $1`, [`${firstDay}T00:00:00Z`]);
  }
  // When an arm began, and which hours are added up, is of use while anything of its experiment is left.
  for (const table of ["observed_arms", "rolled_hours"]) {
    await db.query(
      `DELETE FROM ${table} noted
       WHERE NOT EXISTS (SELECT FROM observation_parts part WHERE part.experiment_id = noted.experiment_id)`,
    );
  }
}
