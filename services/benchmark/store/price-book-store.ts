import type { Queryable } from "@phoenix/platform/database";
import type { PriceBook } from "../cost/index.ts";
import { writePriceFile } from "../price-file/index.ts";
import { type BookRow, bookOfRow, termsOf } from "./price-book-row.ts";

/** A version of a price book, as it is kept. */
export interface StoredBook {
  readonly book: PriceBook;
  /** From 1; 0 for what ships. */
  readonly version: number;
  /** Empty for what ships. */
  readonly author: string;
  readonly yaml: string;
  readonly createdAt: Date;
}

/** Keeps price books. */
export interface PriceBookStore {
  /** Puts the books that ship in as version 0, where those there are not of a later day. */
  seed(books: Iterable<PriceBook>): Promise<void>;
  /** The newest version of each book whose name comes after `after`, by name, at most `limit`. */
  list(after: string, limit: number): Promise<StoredBook[]>;
  /** The newest versions of the books with these names, all of them for none, by name. */
  find(names: readonly string[]): Promise<StoredBook[]>;
  /** One version, the newest for `undefined`; undefined where there is none. */
  get(name: string, version: number | undefined): Promise<StoredBook | undefined>;
  /** Stores the next version of a book; gives it. */
  add(tx: Queryable, book: PriceBook, yaml: string, author: string): Promise<StoredBook>;
  /** Makes changes of one name take turns until the transaction ends, and gives its newest version then. */
  lock(tx: Queryable, name: string): Promise<StoredBook | undefined>;
  /** Deletes what operators stored under a name; gives how many versions. */
  remove(tx: Queryable, name: string): Promise<number>;
}

const columns = `name, version, author, yaml, created_at, title, unit, currency, to_char(as_of, 'YYYY-MM-DD') AS as_of,
  source, trust, rule, terms`;

const storedBook = (row: BookRow): StoredBook => {
  const book = bookOfRow(row);
  return {
    book,
    version: row.version,
    author: row.author,
    yaml: row.yaml || writePriceFile(book),
    createdAt: row.created_at,
  };
};

const values = (book: PriceBook): unknown[] => [
  book.name,
  book.title,
  book.unit,
  book.currency,
  book.asOf,
  book.source,
  book.trust,
  book.rule,
  JSON.stringify(termsOf(book)),
];

/** Makes the store of price books over a database. */
export function createPriceBookStore(db: Queryable): PriceBookStore {
  const newest = async (on: Queryable, name: string, version: number | undefined) => {
    const [row] = await on.query<BookRow>(
      `SELECT ${columns} FROM price_books WHERE name = $1 AND ($2::integer IS NULL OR version = $2)
       ORDER BY version DESC LIMIT 1`,
      [name, version ?? null],
    );
    return row === undefined ? undefined : storedBook(row);
  };
  return {
    async seed(books) {
      for (const book of books) {
        await db.query(
          `INSERT INTO price_books AS kept (name, title, unit, currency, as_of, source, trust, rule, terms, version, author)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '')
           ON CONFLICT (name, version) DO UPDATE SET title = excluded.title, unit = excluded.unit,
             currency = excluded.currency, as_of = excluded.as_of, source = excluded.source, trust = excluded.trust,
             rule = excluded.rule, terms = excluded.terms
           WHERE kept.as_of <= excluded.as_of`,
          values(book),
        );
      }
    },
    async list(after, limit) {
      const rows = await db.query<BookRow>(
        `SELECT DISTINCT ON (name) ${columns} FROM price_books WHERE name > $1 ORDER BY name, version DESC LIMIT $2`,
        [after, limit],
      );
      return rows.map(storedBook);
    },
    async find(names) {
      const rows = await db.query<BookRow>(
        `SELECT DISTINCT ON (name) ${columns} FROM price_books
         WHERE cardinality($1::text[]) = 0 OR name = ANY($1) ORDER BY name, version DESC`,
        [names],
      );
      return rows.map(storedBook);
    },
    get: (name, version) => newest(db, name, version),
    async lock(tx, name) {
      await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('phoenix.benchmark.price_book ' || $1, 0))", [
        name,
      ]);
      return await newest(tx, name, undefined);
    },
    async add(tx, book, yaml, author) {
      const [row] = await tx.query<BookRow>(
        `INSERT INTO price_books (name, title, unit, currency, as_of, source, trust, rule, terms, yaml, author, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
           (SELECT 1 + coalesce(max(version), 0) FROM price_books WHERE name = $1))
         RETURNING ${columns}`,
        [...values(book), yaml, author],
      );
      if (row === undefined) throw new Error("an insert without a conflict gave no row");
      return storedBook(row);
    },
    async remove(tx, name) {
      const gone = await tx.query("DELETE FROM price_books WHERE name = $1 AND version > 0 RETURNING version", [name]);
      return gone.length;
    },
  };
}
