import type { ListPriceBooksRequest } from "@phoenix/gen/phoenix/benchmark/v1/benchmark_service_pb.ts";
import { ErrorReason, phoenixError } from "@phoenix/platform/errors";
import { formulas, type PriceBook, type PricedFormula } from "../cost/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";

const defaultPageSize = 50;
const tokenPattern = /^book:([a-z0-9][a-z0-9-]{0,62})$/;

/** A book without what only the service needs. */
export function bookMessage({ name, title, unit, currency, asOf, source, trust }: PriceBook) {
  return { name, title, unit, currency, asOf, source, trust };
}

/**
 * The price books by name, in pages.
 * @throws PhoenixError INVALID_PAGE_TOKEN for a token this list did not give out.
 */
export async function listPriceBooks(deps: BenchmarkApiDeps, { pageSize, pageToken }: ListPriceBooksRequest) {
  const limit = pageSize || defaultPageSize;
  const found = await deps.priceBooks.list(nameAfter(pageToken), limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const nextPageToken =
    found.length > limit && last !== undefined ? Buffer.from(`book:${last.name}`).toString("base64url") : "";
  return { priceBooks: page.map(bookMessage), nextPageToken };
}

function nameAfter(pageToken: string): string {
  if (pageToken === "") return "";
  const name = tokenPattern.exec(Buffer.from(pageToken, "base64url").toString("utf8"))?.[1];
  if (name !== undefined) return name;
  throw phoenixError(
    ErrorReason.INVALID_PAGE_TOKEN,
    "page_token is not one that ListPriceBooks gave out; begin again without one",
  );
}

/**
 * The books asked for (all of them for no name), each with its formula and its
 * numbers in force.
 * @throws PhoenixError INVALID_FIELD for a name that no book has; INTERNAL for a row of the table that cannot be priced with.
 */
export async function findBooks(deps: BenchmarkApiDeps, names: readonly string[]) {
  const found = await deps.priceBooks.find(names);
  const unknown = names.find((name) => !found.some((book) => book.name === name));
  if (unknown !== undefined) {
    const known = (await deps.priceBooks.find([])).map((book) => book.name).join(", ");
    throw phoenixError(ErrorReason.INVALID_FIELD, `there is no price book "${unknown}"; there are ${known}`, {
      metadata: { field: "books", book: unknown },
    });
  }
  return found.map((book) => ({ book, priced: pricedFormula(book) }));
}

function pricedFormula(book: PriceBook): PricedFormula {
  const formula = formulas.get(book.formula);
  if (formula === undefined) {
    throw unusable(book, `its formula "${book.formula}" is none of ${[...formulas.keys()].join(", ")}`);
  }
  for (const name of Object.keys(formula.prices)) {
    const price: unknown = book.prices[name];
    if (typeof price !== "number" || !Number.isFinite(price) || price < 0) {
      throw unusable(book, `its price "${name}" is not a number of zero or more`);
    }
  }
  return { formula, prices: book.prices };
}

function unusable(book: PriceBook, why: string) {
  return phoenixError(
    ErrorReason.INTERNAL,
    `the price book "${book.name}" cannot be used: ${why}; correct its row in price_books`,
    { metadata: { book: book.name } },
  );
}
