import type { Queryable } from "@phoenix/platform/database";
import type { Formula, PriceBook } from "../cost/index.ts";

/** Keeps price books. */
export interface PriceBookStore {
  /**
   * Puts list prices in where they are missing or older than these. A row whose
   * trust is "operator" is left as its operator wrote it.
   */
  seed(formulas: Iterable<Formula>): Promise<void>;
  /** Books whose name comes after `after`, by name, at most `limit`. */
  list(after: string, limit: number): Promise<PriceBook[]>;
  /** The books with these names, all of them for none, by name. */
  find(names: readonly string[]): Promise<PriceBook[]>;
}

const columns = `name, title, unit, currency, to_char(as_of, 'YYYY-MM-DD') AS "asOf", source, trust, formula, prices`;

/** Makes the store of price books over a database. */
export function createPriceBookStore(db: Queryable): PriceBookStore {
  return {
    async seed(formulas) {
      for (const { name, title, unit, currency, asOf, source, trust, prices } of formulas) {
        await db.query(
          `INSERT INTO price_books AS kept (name, title, unit, currency, as_of, source, trust, formula, prices)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $1, $8)
           ON CONFLICT (name) DO UPDATE SET title = excluded.title, unit = excluded.unit, currency = excluded.currency,
             as_of = excluded.as_of, source = excluded.source, trust = excluded.trust, prices = excluded.prices
           WHERE kept.trust <> 'operator' AND kept.as_of < excluded.as_of`,
          [name, title, unit, currency, asOf, source, trust, JSON.stringify(prices)],
        );
      }
    },
    list: (after, limit) =>
      db.query<PriceBook>(`SELECT ${columns} FROM price_books WHERE name > $1 ORDER BY name LIMIT $2`, [after, limit]),
    find: (names) =>
      db.query<PriceBook>(
        `SELECT ${columns} FROM price_books WHERE cardinality($1::text[]) = 0 OR name = ANY($1) ORDER BY name`,
        [names],
      ),
  };
}
