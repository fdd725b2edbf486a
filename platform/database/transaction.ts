import type pg from "pg";
import { ErrorReason, phoenixError } from "../errors/index.ts";
import { backoffMs, sleep } from "../lifecycle/index.ts";
import { withArrayTexts } from "./array-text.ts";
import type { TransactionOptions, Tx } from "./database.ts";
import { atTheWall, isRepeatable, translateDriverError } from "./driver-errors.ts";

/** Most times a transaction is run when PostgreSQL keeps asking for a repetition. */
const maxRuns = 3;

/** Runs `fn` in a transaction of the pool; see `Database.transaction`. */
export async function runTransaction<T>(
  pool: pg.Pool,
  fn: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  for (let run = 1; ; run++) {
    try {
      return await runOnce(pool, fn, options);
    } catch (error) {
      if (run >= maxRuns || !isRepeatable(error)) throw error;
      await sleep(backoffMs(run, { baseMs: 10, maxMs: 100 }));
    }
  }
}

async function runOnce<T>(pool: pg.Pool, fn: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
  const { isolation = "READ COMMITTED", readOnly = false } = options;
  const client = await atTheWall(() => pool.connect());
  // A connection that breaks between two statements says so here; the next statement then fails by itself.
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on("error", onError);
  let open = true;
  const tx: Tx = {
    query: (sql, params) =>
      atTheWall(async () => {
        if (!open) throw new Error("a statement came after its transaction had ended");
        return (await client.query(sql, withArrayTexts(params))).rows;
      }),
  };
  try {
    // Never READ WRITE: that would overrule an operator, or a full disk's watchman, who made the database read-only,
    // and a standby refuses it with a code of its own.
    await atTheWall(() => client.query(`BEGIN ISOLATION LEVEL ${isolation}${readOnly ? " READ ONLY" : ""}`));
    const result = await fn(tx);
    open = false;
    await commit(client);
    return result;
  } catch (error) {
    open = false;
    await client.query("ROLLBACK").catch((failure: Error) => {
      // PostgreSQL rolls back what a lost connection leaves; only the connection is beyond use.
      broken = failure;
    });
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  let command: string;
  try {
    ({ command } = await client.query("COMMIT"));
  } catch (error) {
    const translated = translateDriverError(error);
    if (translated === error) throw error;
    throw phoenixError(
      ErrorReason.DATABASE_UNAVAILABLE,
      "the connection to PostgreSQL was lost while a change was being stored, so it may or may not be. Repeat it with the same request id",
      { cause: error },
    );
  }
  // PostgreSQL answers ROLLBACK, not an error, when a statement had failed and its error was swallowed.
  if (command !== "COMMIT")
    throw new Error("a transaction went on after one of its statements had failed; it was rolled back");
}
