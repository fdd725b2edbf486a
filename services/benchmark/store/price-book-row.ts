import type { PriceBook } from "../cost/index.ts";

/** A row of price_books, as the driver gives it. */
export interface BookRow {
  name: string;
  version: number;
  author: string;
  yaml: string;
  created_at: Date;
  title: string;
  unit: string;
  currency: string;
  as_of: string;
  source: string;
  trust: PriceBook["trust"];
  rule: string;
  terms: Record<string, unknown>;
}

/** A book's terms as JSON, which has no infinity: the last tier has no end. */
export function termsOf(book: PriceBook): Record<string, unknown> {
  if (!("tiers" in book)) return { prices: book.prices };
  const { counts, statistic, per, included, tiers, minimum, platformFee } = book;
  return { counts, statistic, per, included, tiers, minimum, platformFee };
}

/** The book of a row that {@link termsOf} wrote. */
export function bookOfRow(row: BookRow): PriceBook {
  const { name, title, unit, currency, as_of: asOf, source, trust, rule, terms } = row;
  const tiers = Array.isArray(terms.tiers)
    ? { tiers: terms.tiers.map(({ upTo, price }) => ({ upTo: upTo ?? Number.POSITIVE_INFINITY, price })) }
    : {};
  return { name, title, unit, currency, asOf, source, trust, rule, ...terms, ...tiers } as PriceBook;
}
