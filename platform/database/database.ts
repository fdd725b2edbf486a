import type pg from "pg";
import type { DataSource, EntitySchema } from "typeorm";

/** Something that runs a statement: the database (each on its own) or a transaction. */
export interface Queryable {
  /**
   * Runs one statement and gives its rows.
   * @throws PhoenixError DATABASE_UNAVAILABLE; errors of the statement itself, such as a broken CHECK, as `pg` throws them.
   */
  query<T = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<T[]>;
}

/** An open transaction. */
export type Tx = Queryable;

/** How a transaction runs. */
export interface TransactionOptions {
  /** Default READ COMMITTED. */
  isolation?: "READ COMMITTED" | "REPEATABLE READ" | "SERIALIZABLE";
  /** Refuses writes; default false. */
  readOnly?: boolean;
}

/** Called with the payload of a notification; with an empty text when some may have been missed. */
export type NotificationCallback = (payload: string) => void;

/** An open database. */
export interface Database extends Queryable {
  /** Where it is, with the password: never log it. */
  readonly url: string;
  /** The driver's pool, for cursors and COPY. Its errors are not translated. */
  readonly pool: pg.Pool;
  /**
   * Runs `fn` in a transaction: committed when it resolves, rolled back when it
   * rejects. After a serialization failure or a deadlock it runs again, three
   * times at most, so keep effects outside the database out of it.
   */
  transaction<T>(fn: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Listens on a channel, on a connection of its own that comes back by itself;
   * then every callback is called once with an empty payload. Resolves once
   * listening, to a function that stops.
   */
  listen(channel: string, callback: NotificationCallback): Promise<() => Promise<void>>;
  /** A TypeORM data source for these entities; closed with the database. */
  dataSource(entities: readonly EntitySchema[]): Promise<DataSource>;
  /** True when it answers within two seconds and takes writes. */
  healthy(): Promise<boolean>;
  /** Ends every connection; twice is fine. */
  close(): Promise<void>;
}
