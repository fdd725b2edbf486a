import type { Database } from "@phoenix/platform/database";
import { eventually } from "../harness/eventually.ts";

/** Transactions of the controllers that stand still at their commit. */
export type HeldCommits = {
  /** Waits until at least one stands still. */
  untilHeld(): Promise<void>;
  /** Lets them commit, whether or not whoever began them still lives. */
  release(): Promise<void>;
  /** Rolls them back, as PostgreSQL does once it notices that whoever began them is dead. */
  abandon(): Promise<void>;
};

/** What stands still: a claim, after its statement and before its commit; or the stored end of a task. */
export type HeldKind = "claims" | "ends";

const conditions: Record<HeldKind, string> = {
  claims: "OLD.state = 'pending' AND NEW.state = 'assigned'",
  ends: "OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL",
};
/** Key of the advisory lock the held transactions wait for: the letters "fltc" in ASCII. */
const lockKey = 0x666c7463;

const waiting = `
  SELECT pid FROM pg_locks
  WHERE locktype = 'advisory' AND classid = 0 AND objid = ${lockKey} AND NOT granted`;

/**
 * Holds commits at a known point: a deferred trigger, run by the commit itself,
 * waits for an advisory lock that is the test's.
 */
export async function holdCommits(db: Database, kind: HeldKind): Promise<HeldCommits> {
  const holder = await db.pool.connect();
  await holder.query(`SELECT pg_advisory_lock(${lockKey})`);
  await db.query(`
    CREATE OR REPLACE FUNCTION faults_wait() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${lockKey}); RETURN NULL; END $$`);
  await db.query(`
    CREATE CONSTRAINT TRIGGER faults_wait AFTER UPDATE ON agent_tasks DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (${conditions[kind]}) EXECUTE FUNCTION faults_wait()`);

  const release = async (): Promise<void> => {
    await holder.query(`SELECT pg_advisory_unlock(${lockKey})`);
    holder.release();
    await db.query("DROP TRIGGER faults_wait ON agent_tasks");
  };
  return {
    async untilHeld() {
      await eventually("a commit to be held", async () => (await holder.query(waiting)).rows.length > 0 || undefined);
    },
    release,
    async abandon() {
      await holder.query(`SELECT pg_terminate_backend(pid, 5000) FROM (${waiting}) AS held`);
      await release();
    },
  };
}
