import { Code, ErrorReason, type PhoenixError, phoenixError } from "@phoenix/platform/errors";
import { assumptionsOfBook, type PriceBook, rules } from "../cost/index.ts";
import type { StoredBook } from "../store/index.ts";
import type { BenchmarkApiDeps } from "./deps.ts";

/**
 * The books asked for, all of them for no name.
 * @throws PhoenixError INVALID_FIELD for a name that no book has; INTERNAL for a row of the table that cannot be priced with.
 */
export async function findBooks(deps: BenchmarkApiDeps, names: readonly string[]): Promise<StoredBook[]> {
  const found = await deps.priceBooks.find(names);
  const unknown = names.find((name) => !found.some(({ book }) => book.name === name));
  if (unknown !== undefined) throw await noSuchBook(deps, unknown, "books");
  for (const { book } of found) checkUsable(book);
  return found;
}

/** The refusal of a name that no book has; NOT_FOUND where the name is what was asked for, and no field of more. */
export async function noSuchBook(deps: BenchmarkApiDeps, name: string, field: "books" | "name"): Promise<PhoenixError> {
  const known = (await deps.priceBooks.find([])).map(({ book }) => book.name).join(", ");
  const options = { metadata: { field, book: name }, ...(field === "name" ? { code: Code.NotFound } : {}) };
  return phoenixError(ErrorReason.INVALID_FIELD, `there is no price book "${name}"; there are ${known}`, options);
}

/** What the rules of these books take for granted, each sentence once. */
export function assumptionsOfBooks(books: readonly StoredBook[]): string[] {
  return [...new Set(books.flatMap(({ book }) => assumptionsOfBook(book)))];
}

function checkUsable(book: PriceBook): void {
  // Tiers were read from a file; what came by SQL may be anything.
  if ("tiers" in book) return;
  const rule = rules.get(book.rule);
  if (rule === undefined) throw unusable(book, `its rule "${book.rule}" is none of ${[...rules.keys()].join(", ")}`);
  for (const name of Object.keys(rule.prices)) {
    const price: unknown = book.prices?.[name];
    if (typeof price !== "number" || !Number.isFinite(price) || price < 0) {
      throw unusable(book, `its price "${name}" is not a number of zero or more`);
    }
  }
}

function unusable(book: PriceBook, why: string): PhoenixError {
  return phoenixError(
    ErrorReason.INTERNAL,
    `the price book "${book.name}" cannot be used: ${why}; apply it anew with \`phoenix price-book apply\``,
    { metadata: { book: book.name } },
  );
}
